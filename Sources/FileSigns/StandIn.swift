/// A file that a failed download leaves in place of the real one.
package enum StandIn: String, Sendable, CaseIterable {
    /// *Source*: the Git LFS specification, version 1: a text file that begins with the word "version" and this
    /// address.
    case lfsPointer
    case webPage

    /// Looks at the beginning of a file; 256 bytes are enough.
    ///
    /// - Returns: nil for anything else.
    package init?(_ firstBytes: some Sequence<UInt8>) {
        // A page may begin with a byte order mark and white space.
        let start = firstBytes.prefix(256).drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if start.starts(with: Self.pointerStart) {
            self = .lfsPointer
            return
        }
        let lower = start.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        guard Self.pageStarts.contains(where: { lower.starts(with: $0) }) else { return nil }
        self = .webPage
    }

    private static let pointerStart = Array("version https://git-lfs.github.com/spec/".utf8)
    /// HTML, and the XML of object stores' error messages.
    private static let pageStarts = ["<!doctype html", "<html", "<head", "<body", "<?xml", "<error>"].map {
        Array($0.utf8)
    }

    /// What the file is and what to do; follows the file's name and a colon.
    package var sentence: String {
        switch self {
        case .lfsPointer:
            "a Git LFS pointer, not the file itself: fetch the file with git lfs pull, or download it again"
        case .webPage: "a web page, not the file itself: look at it in a text editor, then download the file again"
        }
    }
}
