internal import Imaging
internal import StarterWorld

/// Drawn photos of parts in plain folders, as an inspector's camera leaves them: what a script tries the way from own
/// photos on.
///
/// Their seeds are neither those of training nor those of the archives.
package enum StarterPhotos {
    private static let firstSeed = 10_000
    /// Pictures of each damage.
    private static let eachDamage = 4

    /// PNG files by name: `photos/IMG_0001.png`, … show good parts. Beside them, as a later delivery that nobody had
    /// seen, `delivery/<damage>/000.png` has four of each damage that the category can have, and `delivery/good/000.png`
    /// as many good ones.
    ///
    /// - Parameter count: photos of good parts, at most 1000.
    /// - Throws: `StarterWorld.UnknownName` for a category that doesn't exist, `ImageError`.
    package static func files(of category: String, count: Int, width: Int, height: Int) throws -> [String: [UInt8]] {
        func picture(_ seed: Int, _ damages: [String]) throws -> [UInt8] {
            try StarterWorld.render(
                category: category, seed: StarterArchives.seed(firstSeed + seed), width: width, height: height,
                damages: damages
            ).image.png()
        }
        var files: [String: [UInt8]] = [:]
        for number in 0..<count { files["photos/IMG_\(padded(number + 1, 4)).png"] = try picture(number, []) }
        for (offset, kind) in try StarterWorld.damages(of: category).enumerated() {
            for number in 0..<eachDamage {
                let index = offset * eachDamage + number
                files["delivery/\(kind)/\(padded(number, 3)).png"] = try picture(1000 + index, [kind])
                files["delivery/good/\(padded(index, 3)).png"] = try picture(2000 + index, [])
            }
        }
        return files
    }
}
