/// How much an archive or a folder may hold before it is refused.
///
/// The defaults are the sizes of the two official archives, four times over: MVTec AD 4.9 GB (5,354 pictures and 1,258
/// masks), VisA 1.9 GB (10,821 pictures, 1,200 masks).
package struct ArchiveLimits: Sendable, Equatable {
    /// Entries of any kind.
    package var entries = 50_000
    /// Bytes of one unpacked file; 256 MiB hold an uncompressed grey picture of 16384 x 16384, the largest the decoders
    /// take.
    package var fileBytes: Int64 = 256 << 20
    /// Bytes of all files together, including files that are skipped.
    package var totalBytes: Int64 = 20 << 30
    /// Unpacked bytes for each packed byte. Pictures hardly shrink when packed; a file that grows 200-fold is a bomb.
    package var ratio: Int64 = 200
    /// The ratio isn't checked below this number of unpacked bytes, so that small archives of uniform pictures pass.
    package var ratioFloor: Int64 = 64 << 20
    /// Bytes of a whole name: folders and a file name of the greatest length. Linux allows 4096 for a whole path
    /// (PATH_MAX).
    package var nameBytes = 1024
    /// Bytes of one component of a name (Linux: NAME_MAX).
    package var componentBytes = 255
    /// Components of a name. VisA needs 5, MVTec AD 4, each one more with a folder around them.
    package var depth = 16
    /// What a message about a limit ends with: the caller knows how its user raises one.
    package var raises: Keys?

    /// The names of settings that raise limits.
    package struct Keys: Sendable, Equatable {
        package var entries: String
        package var totalBytes: String
        package var fileBytes: String

        package init(entries: String, totalBytes: String, fileBytes: String) {
            (self.entries, self.totalBytes, self.fileBytes) = (entries, totalBytes, fileBytes)
        }
    }

    /// What to do about a limit.
    func remedy(_ key: KeyPath<Keys, String>) -> String {
        let raise = raises.map { "set \($0[keyPath: key]) higher" } ?? "split it in two"
        return "leave out what isn't needed, or \(raise)"
    }

    package init() {}
}
