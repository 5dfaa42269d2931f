import Foundation
import Glibc
import StageKit
import Testing
import TortureSupport

/// `flawsmith export` killed at any system call, or told that a disk is full: the archive or folder that was asked for
/// is there whole or not at all, and the next export leaves the same bytes and nothing else.
extension ProgramTests.TortureTests {
    /// What is exported where, and what an undisturbed export leaves.
    private struct Exported {
        let target: String
        let expected: Tree
        /// System calls of an undisturbed export.
        let calls: Int
    }

    private static func export(
        _ place: TorturePlace, to target: String, _ fault: SystemFault? = nil
    ) throws -> TorturePlace.Ended {
        try place.call(
            [
                "export", place.ground.manifest, "--output", place.output.path, "--layout", "coco", "--to",
                destination(place).appendingPathComponent(target).path,
            ], fault)
    }

    private static func destination(_ place: TorturePlace) -> URL {
        place.output.deletingLastPathComponent().appendingPathComponent("to")
    }

    /// A worker's folder with a finished run and an empty destination.
    private static func prepare(_ place: TorturePlace) throws {
        place.clear()
        try? FileManager.default.removeItem(at: destination(place))
        try FileManager.default.createDirectory(at: destination(place), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: place.ground.whole, to: place.output)
    }

    private static func undisturbed(_ ground: TortureGround, _ target: String) throws -> Exported {
        let place = ground.place(99)
        try prepare(place)
        let ended = try export(place, to: target, SystemFault.none)
        try #require(ended.status == 0, "\(ended.errors)")
        return Exported(
            target: target, expected: try Tree(destination(place)), calls: Int(SystemFault.count(place.counter)))
    }

    private static func trouble(_ place: TorturePlace, _ exported: Exported) throws -> String? {
        let there = try Tree(destination(place)).files.filter { !$0.key.hasPrefix(".") }
        for (path, content) in there where exported.expected.files[path] != content { return "\(path) has other bytes" }
        let isFolder = !exported.target.contains(".")
        if isFolder, !there.isEmpty, there.count != exported.expected.files.count {
            return "\(there.count) of \(exported.expected.files.count) files are there"
        }
        // Whole already: only `--replace` would write it again.
        let isThere = FileManager.default.fileExists(
            atPath: destination(place).appendingPathComponent(exported.target).path)
        let next = try export(place, to: exported.target)
        guard next.status == (isThere ? 73 : 0) else { return "the next ended with \(next.status): \(next.errors)" }
        if isThere, try Tree(destination(place)).files.filter({ !$0.key.hasPrefix(".") }) != exported.expected.files {
            try FileManager.default.removeItem(at: destination(place).appendingPathComponent(exported.target))
            let anew = try export(place, to: exported.target)
            guard anew.status == 0 else { return "anew: \(anew.status): \(anew.errors)" }
        }
        let left = try Tree(destination(place)).files
        if left != exported.expected.files {
            return "left: \(Set(left.keys).symmetricDifference(exported.expected.files.keys).sorted())"
        }
        return nil
    }

    @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"), arguments: ["set.tar.gz", "set"])
    func exportsThatFail(target: String) throws {
        let ground = try TortureGround(), exported = try Self.undisturbed(ground, target)
        try #require(exported.expected.files.count > (target == "set" ? 8 : 1) && exported.calls > 30)
        for (name, kind) in [("kill", SystemFault.kill), ("ENOSPC", ENOSPC), ("EIO", EIO)] {
            let row = Torture.row("export \(target) \(name)", count: Torture.isFull ? 100 : 6) { dice, _, worker in
                let place = ground.place(worker)
                try Self.prepare(place)
                let fault = SystemFault(call: UInt64(1 + dice.below(exported.calls)), kind: kind)
                let ended = try Self.export(place, to: target, fault)
                let allowed: [Int32] = kind == SystemFault.kill ? [0, 128 + SIGKILL] : [0, 74]
                guard !ended.hung, allowed.contains(ended.status) else {
                    return .failed("\(fault): \(ended.status): \(ended.errors.suffix(300))")
                }
                if let trouble = try Self.trouble(place, exported) { return .failed("\(fault): \(trouble)") }
                return ended.status == 0 ? .unharmed([0]) : .told([ended.status])
            }
            #expect(row.failures.isEmpty, "\(row.name), seed \(Torture.seed): \(row.failures.prefix(5))")
        }
    }
}
