import Foundation
import Glibc

import Testing

/// Every test that runs the real programs; one at a time.
@Suite(.serialized) enum ProgramTests {}

/// The real tool, run as a user runs it.
struct Program {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Both programs lie where the tests' own binary does.
    static let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent()
    static let tool = folder.appendingPathComponent("flawsmith")

    /// The checkout: Tests/PipelineTests/Program.swift is three levels below it.
    static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs to the end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let running = try start(arguments, environment: environment)
        return try running.wait()
    }

    static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Running {
        try Running(arguments, environment)
    }

    /// A running program; its output goes to files, so that a full pipe can't stop it.
    final class Running {
        let process = Process()
        private let scratch: URL

        init(_ arguments: [String], _ environment: [String: String]) throws {
            scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
                "flawsmith-run-\(UInt64.random(in: 0 ... .max))")
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
            for name in ["out", "err"] {
                _ = FileManager.default.createFile(atPath: scratch.appendingPathComponent(name).path, contents: nil)
            }
            process.executableURL = Program.tool
            process.arguments = arguments
            // One thread: several programs share the test machine, and spinning threads of one starve the others.
            let own = ["OMP_NUM_THREADS": "1"].merging(environment) { $1 }
            process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: scratch.appendingPathComponent("out"))
            process.standardError = try FileHandle(forWritingTo: scratch.appendingPathComponent("err"))
            try process.run()
        }

        func wait() throws -> Outcome {
            process.waitUntilExit()
            defer { try? FileManager.default.removeItem(at: scratch) }
            func text(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: scratch.appendingPathComponent(name)), as: UTF8.self)
            }
            // A signal's number is reported as such by Process; shells add 128.
            let signalled = process.terminationReason == .uncaughtSignal
            return Outcome(
                status: signalled ? 128 + process.terminationStatus : process.terminationStatus,
                output: try text("out"),
                errors: try text("err"))
        }

        func kill(_ signal: Int32) { Glibc.kill(process.processIdentifier, signal) }

        /// Processes that the tool started: the engine.
        var children: [pid_t] {
            let pid = process.processIdentifier
            let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            return tasks.flatMap { task -> [pid_t] in
                let file = "/proc/\(pid)/task/\(task)/children"
                let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                return text.split(separator: " ").compactMap { pid_t($0) }
            }
        }
    }
}

/// What a run left on disk.
struct Tree {
    /// Relative path → content, of everything that must not depend on when or how often a run was interrupted: all but
    /// logs, times and caches.
    let files: [String: Data]

    init(_ root: URL) throws {
        var files: [String: Data] = [:]
        for path in Self.paths(root) where !Self.holdsTimes(path) {
            files[path] = try Data(contentsOf: root.appendingPathComponent(path))
        }
        self.files = files
    }

    static func paths(_ root: URL) -> [String] {
        guard let all = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var paths: [String] = []
        while let path = all.nextObject() as? String {
            if all.fileAttributes?[.type] as? FileAttributeType == .typeRegular { paths.append(path) }
        }
        return paths.sorted()
    }

    private static func holdsTimes(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        // The page in a run's folder tells what the run cost; the report's object has it without.
        return name == "log.jsonl" || name == "report.html" && path.hasPrefix("runs/") || name == "done.json"
            || name == "lock.json" && path.hasPrefix("objects/")
            || path.hasPrefix("cache/")
    }

    /// Inode and modification time of every file of a finished unit or object: they change when a file is written
    /// again.
    static func finished(_ root: URL) -> [String: String] {
        var marks: [String: String] = [:]
        let all = paths(root)
        let units = Set(
            all.filter { $0.hasPrefix("units/") && $0.hasSuffix("/record.json") }.map {
                $0.dropLast("record.json".count)
            })
        let objects = Set(
            all.filter { $0.hasPrefix("objects/") && $0.hasSuffix("/done.json") }.map { $0.dropLast("done.json".count) }
        )
        let folders = units.union(objects)
        for path in all where folders.contains(where: { path.hasPrefix($0) }) && !path.hasSuffix("log.jsonl") {
            var info = stat()
            guard stat(root.appendingPathComponent(path).path, &info) == 0 else { continue }
            marks[path] = "\(info.st_ino) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec)"
        }
        return marks
    }
}
