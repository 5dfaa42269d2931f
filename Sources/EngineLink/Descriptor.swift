import Glibc

/// An open file descriptor, closed when nobody uses it any more.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// The text for `errno`.
    static var reason: String { String(cString: strerror(errno)) }

    /// Both ends of a stream socket, closed on exec from the first moment: an engine that another thread is starting
    /// right now inherits neither. (Glibc's module map hides `pipe2`, the other call that can do this.)
    static func socketPair() throws(EngineFailure) -> (own: Descriptor, other: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw EngineFailure(kind: .io, message: "no socket for the engine: \(reason)")
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }
}
