internal import Archives
internal import Glibc
internal import Imaging

/// Writes the demo's data sets as the archives that users have: MVTec AD's and VisA's, down to their quirks.
package enum StarterArchives {
    package static let mvtecName = "starter_mvtec.tar.xz"
    package static let visaName = "starter_visa.tar"
    /// Goes up whenever the archives' bytes change.
    package static let version = 2

    /// The first seed of the archives' pictures. Training on `StarterWorld` must use lower seeds, so that no model has
    /// seen the pictures here.
    package static let firstSeed: UInt64 = 1 << 40

    /// Pictures a category.
    static let trainNormals = 10
    static let testNormals = 8
    /// Pictures of each damage of a category.
    static let testDamaged = 3

    /// The seed of a category's picture; categories draw from streams of their own, so they may share seeds.
    static func seed(_ number: Int) -> UInt64 { firstSeed + UInt64(number) }

    /// Writes both archives into a folder that exists; does nothing if this version of them is already there.
    ///
    /// - Returns: whether anything was written.
    /// - Throws: `ArchiveError` when the disk refuses.
    @discardableResult
    package static func write(to folder: String) throws -> Bool {
        let stamp = folder + "/starter-data.version", text = "\(version)\n"
        let archives = [mvtecName, visaName].map { folder + "/" + $0 }
        if contents(stamp) == text && archives.allSatisfy({ access($0, R_OK) == 0 }) { return false }
        try write(MVTecLayout.files(), to: archives[0], compression: .xz)
        try write(VisALayout.files(), to: archives[1], compression: .none)
        try store(text, at: stamp)
        return true
    }

    /// Files by name, with the folders above them, in the order a tar wants.
    static func write(_ files: [String: [UInt8]], to path: String, compression: TarCompression) throws {
        var folders: Set<String> = []
        for name in files.keys {
            var parent = name[...]
            while let slash = parent.lastIndex(of: "/") {
                parent = parent[..<slash]
                folders.insert(parent + "/")
            }
        }
        let writer = try TarWriter(path: path, compression: compression)
        for name in (Array(files.keys) + folders).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if let bytes = files[name] {
                try writer.addFile(name, bytes)
            } else {
                try writer.addFolder(String(name.dropLast()))
            }
        }
        try writer.finish()
    }

    static let licence = """
        These pictures were computed by Flawsmith; they show parts that do not exist. They are dedicated to the public domain under
        CC0 1.0 (https://creativecommons.org/publicdomain/zero/1.0/).

        """

    private static func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private static func store(_ text: String, at path: String) throws(ArchiveError) {
        guard let file = fopen(path, "w") else { throw .system(path: path, action: "create", code: errno) }
        let written = fputs(text, file)
        guard fclose(file) == 0, written >= 0 else { throw .system(path: path, action: "write", code: errno) }
    }
}

/// Digits of a fixed number: 7 becomes 007.
func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
