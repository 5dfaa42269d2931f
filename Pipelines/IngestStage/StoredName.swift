import StageKit

/// The name under which a file of the source is kept.
enum StoredName {
    /// Longest part of a path: files are written under a temporary name first, which is some 40 bytes longer, and a
    /// file system takes 255.
    static let longest = 200

    /// The path, with parts that are too long replaced by their beginning and 16 digits of the whole part's SHA-256.
    static func of(_ path: String) -> String {
        path.split(separator: "/").map { part -> String in
            guard part.utf8.count > longest else { return String(part) }
            let dot = part.lastIndex(of: ".") ?? part.endIndex
            let ending = part[dot...].utf8.count <= 8 ? String(part[dot...]) : ""
            var start = ""
            for character in part {
                guard start.utf8.count + String(character).utf8.count <= longest - 32 else { break }
                start.append(character)
            }
            return "\(start)~\(Digest.sha256(String(part)).prefix(16))\(ending)"
        }.joined(separator: "/")
    }
}
