import Glibc

/// Lines of a file descriptor, each bounded.
package struct LineReader {
    package enum Line: Equatable {
        case line([UInt8])
        /// The other side is gone; an unfinished line is dropped.
        case end
        /// Nothing came in time.
        case timeout
    }
    private let descriptor: Int32
    /// Hangs up when the writer's process has ended, even if another process still holds the pipe open.
    private let ended: Int32?
    private let mostBytes: Int
    private var buffer: [UInt8] = []
    /// Number of bytes in the buffer that were already searched for a newline.
    private var searched = 0

    /// - Parameter ended: the read end of a pipe that is closed when nothing more can come.
    package init(_ descriptor: Int32, ended: Int32? = nil, mostBytes: Int = EngineLine.mostBytes) {
        (self.descriptor, self.ended, self.mostBytes) = (descriptor, ended, mostBytes)
    }

    /// The next line without its newline.
    ///
    /// - Parameter milliseconds: how long to wait; `nil`: for ever.
    /// - Throws: `.internalError` on a line that is too long, `.io` if reading fails.
    package mutating func next(milliseconds: Int32? = nil) throws(EngineFailure) -> Line {
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeSubrange(...end)
                searched = 0
                return .line(line)
            }
            searched = buffer.count
            guard searched <= mostBytes else {
                throw EngineFailure(kind: .internalError, message: "a line of more than \(mostBytes) bytes")
            }
            var waiting = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            if let ended { waiting.append(pollfd(fd: ended, events: Int16(POLLIN), revents: 0)) }
            let ready = poll(&waiting, nfds_t(waiting.count), milliseconds ?? -1)
            if ready == 0 { return .timeout }
            if ready < 0 {
                if errno == EINTR { continue }
                throw EngineFailure(
                    kind: .io, message: "waiting for a message failed: \(String(cString: strerror(errno)))")
            }
            // The pipe's remaining bytes are read before the end of the writer is reported.
            guard waiting[0].revents != 0 else { return .end }
            if try !fill() { return .end }
        }
    }

    /// Reads what is there; `false` at the end.
    private mutating func fill() throws(EngineFailure) -> Bool {
        let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 16) { chunk in
            let count = read(descriptor, chunk.baseAddress, chunk.count)
            if count > 0 { buffer.append(contentsOf: chunk.prefix(count)) }
            return count
        }
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return true }
            throw EngineFailure(kind: .io, message: "reading a message failed: \(String(cString: strerror(errno)))")
        }
        return count > 0
    }
}
