import Foundation
import Glibc
import Imaging
import StageKit
import Testing
import TortureSupport

/// The smallest run that has every stage without an engine, and a folder for each worker that tries something with it.
final class TortureGround: Sendable {
    /// System calls on what lies below are counted.
    let counted: URL
    let manifest: String
    /// What an undisturbed run leaves.
    let expected: Tree
    /// System calls of that run, one letter each: `w` for a write that can come out short.
    let calls: [UInt8]

    static let documented: Set<Int32> = [1, 64, 65, 66, 69, 70, 73, 74, 75, 78]

    init() throws {
        let home = Torture.scratch.appendingPathComponent("flawsmith-torture-\(UInt64.random(in: 0 ... .max))")
        counted = home.appendingPathComponent("counted")
        for number in 0..<2 {
            let picture = Image(width: 12, height: 12, channels: 3, pixels: (0..<432).map { UInt8($0 % (90 + number)) })
            try DurableFile.write(
                Data(picture.png()), to: counted.appendingPathComponent("data/bolt/train/good/00\(number).png"))
        }
        manifest = counted.appendingPathComponent("parts.yaml").path
        try Data(
            """
            version: 2
            name: parts
            dataset: { kind: mvtec, path: data }
            foreground: { method: whole }
            sampling: { shots: [1], seeds: [3] }
            generation: { method: cutpaste, images_per_normal: 2 }
            """.utf8
        ).write(to: URL(fileURLWithPath: manifest))
        let log = home.appendingPathComponent("log"), counter = home.appendingPathComponent("counter-whole")
        let output = counted.appendingPathComponent("whole/out")
        let program = try SpawnedProgram(
            ["run", manifest, "--output", output.path],
            environment: SystemFault.none.environment(under: counted, counter: counter, log: log),
            output: home.appendingPathComponent("whole.out"), errors: home.appendingPathComponent("whole.err"))
        let whole = program.wait()
        let said = (try? String(contentsOf: home.appendingPathComponent("whole.err"), encoding: .utf8)) ?? ""
        try #require(whole.status == 0, "\(said)")
        let count = Int(SystemFault.count(counter))
        calls = SystemFault.library == nil ? [] : Array(try Data(contentsOf: log).prefix(count))
        expected = try Tree(output)
        try #require(expected.files.count > 15)
        try #require(SystemFault.library == nil || count > 500, "the library counted \(count) calls")
    }

    deinit { try? FileManager.default.removeItem(at: counted.deletingLastPathComponent()) }

    /// One worker's folder.
    func place(_ worker: Int) -> TorturePlace { TorturePlace(ground: self, worker: worker) }

    /// What the undisturbed run left, caches and logs too.
    var whole: URL { counted.appendingPathComponent("whole/out") }
}

/// Where one worker tries one thing after the other.
struct TorturePlace {
    let ground: TortureGround
    private let home: URL
    private let name: String
    let output: URL

    init(ground: TortureGround, worker: Int) {
        self.ground = ground
        home = ground.counted.deletingLastPathComponent()
        name = "w\(worker)"
        output = ground.counted.appendingPathComponent("\(name)/out")
    }

    struct Ended {
        let status: Int32
        let hung: Bool
        let output: String
        let errors: String
        /// Why it is no way to end; nil: a documented exit code, or the kill that was meant.
        var trouble: String? {
            if hung { return "hung: \(errors.suffix(300))" }
            let isFine = status == 0 || TortureGround.documented.contains(status)
            return isFine ? nil : "ended with \(status): \(errors.suffix(300))"
        }
    }

    func clear() { try? FileManager.default.removeItem(at: output) }

    /// - Parameter fault: nil: without the library.
    func run(_ fault: SystemFault? = nil) throws -> Ended {
        try call(["run", ground.manifest, "--output", output.path], fault)
    }

    func call(_ arguments: [String], _ fault: SystemFault? = nil, as suffix: String = "") throws -> Ended {
        let program = try start(arguments, fault, as: suffix)
        let ended = program.wait()
        return Ended(status: ended.status, hung: ended.hung, output: text("out\(suffix)"), errors: text("err\(suffix)"))
    }

    /// - Parameter suffix: tells programs apart that run at the same time.
    func start(_ arguments: [String], _ fault: SystemFault? = nil, as suffix: String = "") throws -> SpawnedProgram {
        return try SpawnedProgram(
            arguments, environment: fault?.environment(under: ground.counted, counter: counter) ?? [:],
            output: home.appendingPathComponent("\(name).out\(suffix)"),
            errors: home.appendingPathComponent("\(name).err\(suffix)"))
    }

    /// Where the calls of the last program with a fault were counted.
    var counter: URL { home.appendingPathComponent("\(name).counter") }

    func text(_ file: String) -> String {
        let bytes = (try? Data(contentsOf: home.appendingPathComponent("\(name).\(file)"))) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    var isWhole: Bool { get throws { try Tree(output).files == ground.expected.files } }

    /// Why the next run doesn't mend what is left: it must end with the same bytes, and `verify` must find nothing.
    ///
    /// - Parameter hasRun: a run has just ended with 0; it needs no other.
    func trouble(hasRun: Bool = false) throws -> String? {
        if !hasRun {
            let next = try run()
            guard next.status == 0 else { return "the next run ended with \(next.status): \(next.errors.suffix(300))" }
        }
        guard try isWhole else { return "other bytes" }
        let verified = try call(["verify", "--output", output.path])
        guard verified.status == 0 else { return "verify: \(verified.output.suffix(300))" }
        return verified.output.contains("begun and not finished") ? "not finished: \(verified.output.suffix(300))" : nil
    }
}
