/// How a written tar is packed. Levels are fixed and everything runs in one thread, so that equal files give equal
/// bytes.
package enum TarCompression: String, Sendable, CaseIterable {
    case none, gz, xz, zstd

    /// The file name's ending: `.tar`, `.tar.gz`, ...
    package var suffix: String {
        switch self {
        case .none: ".tar"
        case .gz: ".tar.gz"
        case .xz: ".tar.xz"
        case .zstd: ".tar.zst"
        }
    }

    /// The program's own default level (gzip 6, xz 6, zstd 3): PNG hardly shrinks, so more time buys nothing.
    var level: String { self == .zstd ? "3" : "6" }
}
