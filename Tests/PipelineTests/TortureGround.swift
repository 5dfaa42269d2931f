import Foundation
import Glibc
import Imaging
import StageKit
import Testing

/// A run of a few pictures without an engine, and a library that makes its system calls fail.
final class TortureGround {
    let folder: URL
    let manifest: String

    /// A file system in memory where there is one: what is tried is the program, not the disk.
    init() throws {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let place =
            FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
        // The manifest stands beside the folder whose calls are counted: Foundation reads it, and doesn't go on after
        // an interrupted call.
        folder = place.appendingPathComponent("flawsmith-torture-\(UInt64.random(in: 0 ... .max))/counted")
        for number in 0..<2 {
            try DurableFile.write(
                Data(PartFolder.part(number).png()),
                to: folder.appendingPathComponent("data/bolt/train/good/00\(number).png"))
        }
        manifest = folder.deletingLastPathComponent().appendingPathComponent("parts.yaml").path
        try Data(
            """
            version: 2
            name: parts
            dataset: { kind: mvtec, path: counted/data }
            foreground: { method: whole }
            sampling: { shots: [1], seeds: [3] }
            generation: { method: cutpaste, images_per_normal: 2 }
            """.utf8
        ).write(to: URL(fileURLWithPath: manifest))
    }

    deinit { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }

    func output(_ name: String) -> URL { folder.appendingPathComponent(name) }

    struct Ended {
        let status: Int32
        let errors: String
        /// It had to be killed.
        let hung: Bool
        /// System calls that were counted.
        let calls: UInt64
    }

    func run(_ output: String, _ fault: SystemFault? = nil, command: [String] = []) throws -> Ended {
        try Self.run(
            ["run", manifest, "--output", self.output(output).path] + command, under: folder.path, fault, in: folder)
    }

    func verify(_ output: String) throws -> Program.Outcome {
        try Program.run(["verify", "--output", self.output(output).path])
    }

    /// - Parameter under: calls on paths that begin so are counted.
    static func run(_ arguments: [String], under: String, _ fault: SystemFault?, in folder: URL) throws -> Ended {
        let counter = folder.appendingPathComponent("counter")
        var environment: [String: String] = [:]
        if let fault, let library = SystemFault.library {
            try Data(count: 8).write(to: counter)
            environment = [
                "LD_PRELOAD": library.path, "FAULT_UNDER": under, "FAULT_COUNTER": counter.path,
                "FAULT_AT": "\(fault.call)", "FAULT_KIND": "\(fault.kind)",
            ]
        }
        let running = try Program.start(arguments, environment: environment)
        var looks = 0
        while running.process.isRunning, looks < 30_000 {
            usleep(2000)
            looks += 1
        }
        let hung = running.process.isRunning
        if hung { running.kill(SIGKILL) }
        let outcome = try running.wait()
        let calls = (try? Data(contentsOf: counter))?.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } ?? 0
        return Ended(status: outcome.status, errors: outcome.errors, hung: hung, calls: calls)
    }
}

/// One system call that goes wrong.
struct SystemFault: CustomStringConvertible {
    /// Counted from 1; 0: none, they are only counted.
    var call: UInt64
    /// An errno, or one of the two below.
    var kind: Int32
    static let kill: Int32 = -1
    static let short: Int32 = -2

    static let names: [(name: String, kind: Int32)] = [
        ("ENOSPC", ENOSPC), ("EIO", EIO), ("EDQUOT", EDQUOT), ("EACCES", EACCES), ("EMFILE", EMFILE), ("EINTR", EINTR),
        ("short write", short),
    ]

    var description: String {
        let name = kind == Self.kill ? "kill" : Self.names.first { $0.kind == kind }?.name ?? "\(kind)"
        return "\(name) at call \(call)"
    }

    /// `Tests/FaultShim/fault-shim.c`, compiled once a test run; nil where there is no C compiler.
    static let library: URL? = {
        let source = Program.checkout.appendingPathComponent("Tests/FaultShim/fault-shim.c")
        let target = FileManager.default.temporaryDirectory.appendingPathComponent("fault-shim-\(getpid()).so")
        for compiler in ["clang", "cc", "gcc"] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", target.path, source.path]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { continue }
            process.waitUntilExit()
            if process.terminationStatus == 0 { return target }
        }
        print("no C compiler: the tests that make system calls fail are left out")
        return nil
    }()
}

/// What came of many tries of one kind, for the table.
struct TortureTally {
    let name: String
    var tried = 0
    /// The same bytes at once.
    var unharmed = 0
    /// A message and an exit code; the same bytes after the next run.
    var told = 0
    var failures: [String] = []

    static func table(_ title: String, _ rows: [TortureTally], seed: UInt64) -> String {
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        var lines = [
            "\(title), seed \(seed)", "  " + ["", "tried", "unharmed", "told", "failed"].map { cell($0, 12) }.joined(),
        ]
        for row in rows {
            let numbers = [row.tried, row.unharmed, row.told, row.failures.count].map { cell("\($0)", 12) }
            lines.append("  " + cell(row.name, 12) + numbers.joined())
        }
        return (lines + rows.flatMap { row in row.failures.prefix(20).map { "  \(row.name): \($0)" } }).joined(
            separator: "\n")
    }
}

/// How much is tried: a short sweep, or all of it with FLAWSMITH_TORTURE=1; any of it again with FLAWSMITH_SEED.
enum TortureLevel {
    static let isFull = ProcessInfo.processInfo.environment["FLAWSMITH_TORTURE"] == "1"
    static let seed =
        ProcessInfo.processInfo.environment["FLAWSMITH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
}

/// A small generator (splitmix64, Steele et al. 2014), so that a failing case can be repeated.
struct TortureDice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
