import Glibc

/// Why an archive or a folder of files can't be read, or an archive can't be written.
package enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is nothing at this path.
    case missing(path: String)
    /// The bytes are not an archive of a kind that is read here.
    case notAnArchive(path: String, detail: String)
    /// An entry that is never unpacked: a link, a device, a name that climbs out, a second file of the same name.
    case refused(path: String, entry: String, reason: String)
    /// A limit of ``ArchiveLimits`` is exceeded.
    case limit(path: String, entry: String?, reason: String)
    /// The file ends before the archive does.
    case truncated(path: String, entriesRead: Int, detail: String)
    /// A checksum or a structure is wrong.
    case corrupt(path: String, entriesRead: Int, detail: String)
    /// The system refused to open, read, write or rename.
    case system(path: String, action: String, code: Int32)
    /// The writer was given an entry that a reproducible archive can't hold.
    case unwritable(path: String, entry: String, reason: String)

    /// The sentence for the user: what, where, what to do.
    package var description: String {
        switch self {
        case .missing(let path):
            "\(path): no such file or folder"
        case .notAnArchive(let path, let detail):
            "\(path): not an archive that is read here (\(detail)); give a tar (plain, gz, xz or zst), a zip, or an unpacked folder"
        case .refused(let path, let entry, let reason):
            "\(path): entry \"\(Self.shown(entry))\" is refused: \(reason)"
        case .limit(let path, let entry, let reason):
            if let entry {
                "\(path): entry \"\(Self.shown(entry))\": \(reason)"
            } else {
                "\(path): \(reason)"
            }
        case .truncated(let path, let entriesRead, let detail):
            "\(path): truncated: the file ends after \(Self.count(entriesRead)) (\(detail)); fetch it again"
        case .corrupt(let path, let entriesRead, let detail):
            "\(path): corrupt after \(Self.count(entriesRead)) (\(detail)); fetch it again"
        case .system(let path, let action, let code):
            "\(path): can't \(action): \(String(cString: strerror(code)))\(Self.remedy(code))"
        case .unwritable(let path, let entry, let reason):
            "\(path): can't write entry \"\(Self.shown(entry))\": \(reason)"
        }
    }

    /// A name made safe for printing: control and formatting characters escaped, and at most a line long.
    static func shown(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars.prefix(160) {
            text += EntryName.isPrintable(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return name.unicodeScalars.count > 160 ? text + "…" : text
    }

    private static func remedy(_ code: Int32) -> String {
        code == ENOSPC || code == EDQUOT ? "; free some space and give the same command again" : ""
    }

    static func count(_ entries: Int) -> String {
        entries == 1 ? "1 entry" : "\(entries) entries"
    }
}
