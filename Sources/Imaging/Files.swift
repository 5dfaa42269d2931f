internal import Glibc

/// Whole files, in and out.
enum Files {
    static func read(_ path: String, limit: Int) throws(ImageError) -> [UInt8] {
        let file = opened(path, O_RDONLY)
        guard file >= 0 else { throw failure(.unreadable, path) }
        defer { close(file) }
        var facts = stat()
        var looked = fstat(file, &facts)
        while looked != 0, errno == EINTR { looked = fstat(file, &facts) }
        guard looked == 0 else { throw failure(.unreadable, path) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw ImageError(.unreadable, file: path, reason: "not a regular file", code: EINVAL)
        }
        guard facts.st_size <= limit else {
            throw ImageError(.tooLarge, file: path, reason: "\(facts.st_size) bytes; at most \(limit) are read")
        }
        var bytes = [UInt8](repeating: 0, count: facts.st_size)
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw failure(.unreadable, path) }
            if got == 0 { break }
            done += got
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
        let file = opened(path, O_WRONLY | O_CREAT | O_TRUNC)
        guard file >= 0 else { throw failure(.unwritable, path) }
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if put < 0 && errno == EINTR { continue }
            guard put >= 0 else {
                let error = failure(.unwritable, path)
                close(file)
                throw error
            }
            done += put
        }
        // The descriptor is closed even if the call was interrupted.
        guard close(file) == 0 || errno == EINTR else { throw failure(.unwritable, path) }
    }

    private static func opened(_ path: String, _ flags: Int32) -> Int32 {
        while true {
            let file = open(path, flags | O_CLOEXEC, 0o644)
            if file >= 0 || errno != EINTR { return file }
        }
    }

    private static func failure(_ kind: ImageError.Kind, _ path: String) -> ImageError {
        let code = errno
        return ImageError(kind, file: path, reason: String(cString: strerror(code)), code: code)
    }
}
