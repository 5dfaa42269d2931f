import Glibc

/// Calls of the operating system.
enum SystemCall {
    /// The result of `call`, which is repeated whenever a signal interrupts it.
    static func retrying<Number: SignedInteger>(_ call: () -> Number) -> Number {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}

/// An open file descriptor, closed when nobody uses it any more.
final class OpenFile: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    enum Claim { case mine, taken, unsupported }

    /// Takes the kernel's lock on the file, if no process has it. The kernel releases the lock with the descriptor,
    /// however the process ends, and it works across all process namespaces of the machine.
    func claim() -> Claim {
        if SystemCall.retrying({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return .mine }
        return errno == EWOULDBLOCK ? .taken : .unsupported
    }

    var facts: stat? {
        var facts = stat()
        return SystemCall.retrying({ fstat(number, &facts) }) == 0 ? facts : nil
    }
}

/// Identifies this boot of this machine. Processes of one kernel see one another's locks.
enum Machine {
    static let boot: String = {
        let file = SystemCall.retrying { open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = SystemCall.retrying { read(file, &bytes, bytes.count) }
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()
}
