package import Foundation
import Glibc

extension DurableFile {
    /// Writes `data` under `url` unless something stands there: of several processes, on whatever machines, one is the
    /// first. Missing folders are made.
    ///
    /// - Returns: whether this call wrote it.
    /// - Throws: as ``write(_:to:)-(Data,_)``.
    package static func writeFirst(_ data: Data, to url: URL) throws(Failure) -> Bool {
        try makeFolder(url.deletingLastPathComponent())
        let (temporary, file) = try create(beside: url)
        defer { unlink(temporary.path) }
        try write(data, into: file, named: temporary)
        if SystemCall.retrying({ Glibc.link(temporary.path, url.path) }) != 0 {
            switch errno {
            case EEXIST:
                // A server that was asked twice may say so of a link that it made itself.
                if file.facts?.st_nlink != 2 { return false }
            case EPERM, ENOTSUP, ENOSYS, EMLINK:
                // A file system without second names.
                if try exists(url) { return false }
                try rename(temporary, to: url)
            default: throw failure("can't create", url, creating: true)
            }
        }
        try syncFolder(url.deletingLastPathComponent())
        return true
    }
}
