import Foundation
import Glibc

/// One system call that goes wrong.
struct SystemFault: CustomStringConvertible {
    /// Counted from 1; 0: none, they are only counted.
    var call: UInt64
    /// An errno, or one of those below.
    var kind: Int32
    static let kill: Int32 = -1
    static let short: Int32 = -2
    static let stop: Int32 = -3
    static let none = SystemFault(call: 0, kind: 0)

    static let names: [(name: String, kind: Int32)] = [
        ("ENOSPC", ENOSPC), ("EIO", EIO), ("EDQUOT", EDQUOT), ("EACCES", EACCES), ("EMFILE", EMFILE), ("EINTR", EINTR),
        ("short write", short),
    ]

    var description: String {
        let name =
            switch kind {
            case Self.kill: "kill"
            case Self.stop: "stop"
            default: Self.names.first { $0.kind == kind }?.name ?? "\(kind)"
            }
        return "\(name) at call \(call)"
    }

    /// What makes it happen in a program: calls on paths below `under` count, in the file `counter`.
    ///
    /// - Parameter log: gets a letter for every call; absent: none is kept.
    func environment(under: URL, counter: URL, log: URL? = nil) throws -> [String: String] {
        guard let library = Self.library else { return [:] }
        try Data(count: 8).write(to: counter)
        var environment = [
            "LD_PRELOAD": library.path, "FAULT_UNDER": under.path, "FAULT_COUNTER": counter.path,
            "FAULT_AT": "\(call)", "FAULT_KIND": "\(kind)",
        ]
        if let log {
            try Data(count: 1 << 20).write(to: log)
            environment["FAULT_LOG"] = log.path
        }
        return environment
    }

    /// How many calls were counted.
    static func count(_ counter: URL) -> UInt64 {
        (try? Data(contentsOf: counter))?.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } ?? 0
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
