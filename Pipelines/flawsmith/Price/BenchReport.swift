import EngineLink
import Forecasting
import Foundation
import MethodKit
import ParameterKit
import StageKit

/// The results of `bench`, for people and for programs.
struct BenchReport {
    /// One complete picture.
    struct Whole {
        let steps: Int
        let wholePasses: Int
        let conditionalPasses: Int
        let evaluations: Int
        let seconds: Double

        /// - Parameters:
        ///   - work: the work declared by the generator that drew it.
        ///   - facts: the facts that the engine recorded.
        init(work: PictureWork, facts: JSONValue, seconds: Double) {
            let count: (String) -> Int = { work.each[$0]?.upperBound ?? 0 }
            (wholePasses, conditionalPasses) = (count("guided"), count("forward"))
            steps = facts["trace"]?["timesteps"]?.array?.count ?? wholePasses + conditionalPasses
            (evaluations, self.seconds) = (facts["evaluations"]?.int ?? 0, seconds)
        }
    }

    /// A preset that is priced, and what it computes in.
    typealias Preset = (name: String, work: PictureWork, dtype: String?)

    private static let parts = ["text", "encode", "forward", "evaluation", "guided", "decode"]

    let batch: Int
    /// What the parts were measured in.
    let dtype: String
    /// Part → median in seconds, for one picture.
    let medians: [String: Double]
    let seconds: [String: [Double]]
    var peakMemory: Int
    var whole: Whole?

    init(parts: BenchResult, batch: Int, dtype: String) {
        (seconds, peakMemory, self.batch, self.dtype) = (parts.seconds, parts.peakMemory, batch, dtype)
        medians = Dictionary(
            uniqueKeysWithValues: parts.seconds.map { part, runs in
                let sorted = runs.sorted()
                let median = sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
                return (part, ["forward", "evaluation", "guided"].contains(part) ? median / Double(batch) : median)
            })
    }

    private func median(_ part: String) -> Double { medians[part] ?? 0 }
    /// FE in seconds.
    private var unit: Double { median("forward") }

    /// Time outside the steps for a single picture: its latent, both prompts, its pixels and those of the normal's
    /// reconstruction. With many pictures of one normal, only the first needs latent, prompts and reconstruction.
    private var once: Double { 2 * median("text") + median("encode") + 2 * median("decode") }

    func predicted(_ whole: Whole) -> Double {
        once + Double(whole.wholePasses) * median("guided") + Double(whole.conditionalPasses) * unit
            + Double(whole.evaluations) * median("evaluation")
    }

    func text(presets: [Preset]) -> String {
        func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
        func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
            let padding = String(repeating: " ", count: max(0, width - text.count))
            return left ? padding + text : text + padding
        }
        var lines = ["part           seconds        FE"]
        for part in Self.parts {
            lines.append(
                padded(part, 12) + padded(number(median(part), 3), 10, left: true)
                    + padded(number(median(part) / unit, 2), 10, left: true))
        }
        lines += ["", "a picture     passes    evaluations     seconds"]
        for (name, work, own) in presets {
            let cost = PictureCost(work), (least, most) = seconds(of: cost)
            lines.append(
                padded(name, 12) + padded("\(cost.passes)", 8, left: true)
                    + padded("\(cost.evaluations.lowerBound) to \(cost.evaluations.upperBound)", 15, left: true)
                    + padded(
                        "\(number(least, least < 10 ? 2 : 0)) to \(number(most, most < 10 ? 2 : 0))", 16, left: true)
                    + (own.map { $0 == dtype ? "" : "  in \($0), which takes other times than \(dtype): --dtype \($0)" }
                        ?? ""))
        }
        lines.append(
            "(fewest evaluations: guidance stops as early as it may; most: never, and every refinement is used)")
        if let whole {
            let expected = predicted(whole)
            lines += [
                "",
                "one whole picture: \(whole.steps) steps, \(whole.evaluations) evaluations: \(number(whole.seconds, 1)) s; "
                    + "the parts say \(number(expected, 1)) s (\(String(format: "%+.1f", 100 * (whole.seconds / expected - 1))) %); "
                    + "\(number(whole.seconds / unit, 1)) FE",
            ]
        }
        lines += ["", "peak memory: \(number(Double(peakMemory) / 1e9, 2)) GB"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func seconds(of cost: PictureCost) -> (least: Double, most: Double) {
        let parts = PartSeconds(
            text: median("text"), encode: median("encode"), forward: unit, evaluation: median("evaluation"),
            guided: median("guided"),
            decode: median("decode"))
        let seconds = cost.seconds(parts), once = cost.secondsOnce(parts)
        return (once + seconds.lowerBound, once + seconds.upperBound)
    }

    func json(title: String, presets: [Preset]) -> JSONValue {
        let costs = presets.map { name, work, own -> (String, JSONValue) in
            let cost = PictureCost(work), (least, most) = seconds(of: cost)
            return (
                name,
                [
                    "passes": .int(cost.passes),
                    "evaluations": [.int(cost.evaluations.lowerBound), .int(cost.evaluations.upperBound)],
                    "seconds": [.double(least), .double(most)],
                    "dtype": own.map { .string($0) } ?? .null, "measured_dtype": .string(dtype),
                ]
            )
        }
        var members: [String: JSONValue] = [
            "title": .string(title), "batch": .int(batch), "peak_memory": .int(peakMemory),
            "presets": .object(Dictionary(uniqueKeysWithValues: costs)),
            "medians_per_picture": .object(medians.mapValues { .double($0) }),
            "seconds_per_batch": .object(seconds.mapValues { .array($0.map { .double($0) }) }),
        ]
        if let whole {
            members["whole"] = [
                "steps": .int(whole.steps), "evaluations": .int(whole.evaluations), "seconds": .double(whole.seconds),
                "predicted": .double(predicted(whole)),
            ]
        }
        return .object(members)
    }
}
