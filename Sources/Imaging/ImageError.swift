import Glibc

/// Why a picture could not be read or written, with the file it is about.
package struct ImageError: Error, Equatable, CustomStringConvertible, Sendable {
    package enum Kind: String, Sendable {
        case unreadable  // the file itself: missing, no permission, I/O
        case notAPicture  // of no format that is read
        case corrupt  // damaged or cut off
        case unsupported  // a valid file of a kind that isn't read
        case tooLarge  // beyond `ImageLimits`
        case outOfMemory
        case unwritable
    }
    package var kind: Kind
    package var file: String
    package var reason: String
    /// errno of the failed call, for `unreadable` and `unwritable`; 0 otherwise.
    package var code: Int32

    package init(_ kind: Kind, file: String, reason: String, code: Int32 = 0) {
        (self.kind, self.file, self.reason, self.code) = (kind, file, reason, code)
    }

    /// The kind of cause, as the exit code that the tool ends with; the same in both programs.
    package enum Cause: Int32, Sendable {
        case outOfMemory = 1
        case badData = 65
        case missing = 66
        case cannotCreate = 73
        case io = 74
    }

    package var cause: Cause {
        switch kind {
        case .unreadable: code == ENOENT || code == ENOTDIR ? .missing : .io
        case .notAPicture, .corrupt, .unsupported, .tooLarge: .badData
        case .outOfMemory: .outOfMemory
        case .unwritable: Self.notAllowed.contains(code) ? .cannotCreate : .io
        }
    }

    private var isFull: Bool { code == ENOSPC || code == EDQUOT }

    /// Error numbers which mean that the file may not be created there; all others mean a disk that is full or fails.
    private static let notAllowed: Set<Int32> = [
        0, EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR, EEXIST, ENAMETOOLONG, ELOOP, EINVAL,
    ]

    package var description: String {
        switch kind {
        case .unreadable: "\(file): can't be read: \(reason)"
        case .notAPicture: "\(file): no picture (PNG, JPEG, TIFF, BMP and WebP are read): \(reason)"
        case .corrupt: "\(file): damaged or cut off: \(reason)"
        case .unsupported: "\(file): not a kind of picture that is read: \(reason)"
        case .tooLarge: "\(file): too large: \(reason)"
        case .outOfMemory: "\(file): out of memory: \(reason)"
        case .unwritable:
            "\(file): can't be written: \(reason)\(isFull ? "; free some space and give the same command again" : "")"
        }
    }
}
