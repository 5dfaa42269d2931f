import EngineLink
import Glibc

/// The engine's connection to the tool: requests on standard input, events on a private copy of standard output.
///
/// Standard output is redirected to standard error, so that text printed by libraries goes to the log and not between
/// the events.
struct EngineChannel {
    private var reader = LineReader(STDIN_FILENO)
    private let output: Int32

    /// - Throws: `.io` when there is no standard output to copy.
    init() throws(EngineFailure) {
        output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        guard output >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else {
            throw EngineFailure(
                kind: .io, message: "standard output can't be taken over: \(String(cString: strerror(errno)))")
        }
    }

    /// The next line; nil when the tool has closed the input.
    mutating func next() throws(EngineFailure) -> [UInt8]? {
        guard case .line(let line) = try reader.next() else { return nil }
        return line
    }

    func send(_ event: EngineEvent) {
        do {
            var line = try EngineLine.encode(event)[...]
            while !line.isEmpty {
                let count = line.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
                if count > 0 {
                    line = line.dropFirst(count)
                } else if count < 0, errno != EINTR {
                    // The tool has stopped reading, so the engine ends.
                    EngineCommand.complain("the tool is gone: \(String(cString: strerror(errno)))\n")
                    exit(EngineCommand.Status.io.rawValue)
                }
            }
        } catch {
            EngineCommand.complain("\(error.message)\n")
            exit(EngineCommand.Status.internalError.rawValue)
        }
    }
}
