package import Foundation
import Glibc
import ParameterKit

/// What is there of a run's shards, from the recorded units and the attempts' logs alone.
package struct ShardTally: Sendable {
    package struct Entry: Sendable {
        package let shard: Shard
        package fileprivate(set) var pictures = 0
        package fileprivate(set) var found = 0
        /// Units that could not be made when they were tried last.
        package fileprivate(set) var failed = 0
        package var isComplete: Bool { found == pictures }
        /// The last word of the attempt that spoke last; nil: none spoke.
        package fileprivate(set) var last: Attempt?
    }

    /// An attempt's last word.
    package struct Attempt: Sendable {
        package let name: String
        /// `started`, `done`, `incomplete`, `failed`, `interrupted`, or what a notice is called.
        package let event: String
        package let reason: String?
        package let time: String
    }

    package let entries: [Entry]
    /// Pictures an hour, over the last half hour with pictures in it; nil where fewer than two are that young.
    package let perHour: Double?

    package var pictures: Int { entries.reduce(0) { $0 + $1.pictures } }
    package var found: Int { entries.reduce(0) { $0 + $1.found } }
    package var complete: Int { entries.count(where: \.isComplete) }
    /// Seconds until all pictures are there, if it goes on like this.
    package var secondsLeft: Double? { perHour.map { Double(pictures - found) / $0 * 3600 } }

    private static let window = 1800.0

    package init(_ work: ShardWork, plan: ShardPlan, count: Int, store: ArtifactStore, now: Date = Date())
        throws(Failure)
    {
        let attempts = try Self.attempts(plan.attempts)
        var entries: [Entry] = [], times: [Double] = []
        for index in 0..<count {
            guard let shard = Shard(index: index, count: count) else { continue }
            var entry = Entry(shard: shard)
            entry.last = attempts[index]
            for piece in work.pieces(of: shard) {
                entry.pictures += piece.part.pictures
                var isWhole = true
                for id in piece.part.units {
                    let unit = store.unit(id)
                    if let facts = try DurableFile.facts(unit.recordFile) {
                        let age = now.timeIntervalSince1970 - Double(facts.st_mtim.tv_sec)
                        if age < Self.window, piece.part.units.prefix(piece.part.pictures).contains(id) {
                            times.append(age)
                        }
                    } else {
                        isWhole = false
                        if try DurableFile.exists(unit.failureFile) { entry.failed += 1 }
                    }
                }
                if isWhole { entry.found += piece.part.pictures }
            }
            entries.append(entry)
        }
        self.entries = entries
        let span = times.max() ?? 0
        perHour = times.count > 1 && span > 0 ? Double(times.count) / span * 3600 : nil
    }

    /// The last word of each shard's attempts.
    private static func attempts(_ folder: URL) throws(Failure) -> [Int: Attempt] {
        var found: [Int: Attempt] = [:]
        for entry in try FolderListing.entries(of: folder) where entry.name.hasSuffix(".jsonl") {
            guard let index = entry.name.split(separator: "-").first.flatMap({ Int($0) }) else { continue }
            let text = String(decoding: try DurableFile.read(folder.child(entry.name)), as: UTF8.self)
            guard let line = text.split(separator: "\n").last,
                let json = try? JSONValue(parsing: Data(line.utf8)), let time = json["time"]?.string,
                let event = json["event"]?.string
            else { continue }
            // Times of one form are in the order of their texts.
            if let known = found[index], known.time >= time { continue }
            found[index] = Attempt(
                name: entry.name.split(separator: "-").dropFirst().dropLast(2).joined(separator: "-"), event: event,
                reason: json["reason"]?.string ?? json["text"]?.string, time: time)
        }
        return found
    }
}
