internal import Imaging
internal import StarterWorld

/// MVTec AD's layout: PNG, one size per category, masks of 0 and 255 beside the damaged test pictures, licence texts
/// among the data.
enum MVTecLayout {
    static let categories = ["hex_nut", "tablet", "brushed_metal", "bottle", "tile"]
    static let side = 128

    static func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for category in categories {
            files["\(category)/license.txt"] = Array(StarterArchives.licence.utf8)
            files["\(category)/readme.txt"] = Array(
                "Category \(category) of Flawsmith's starter data, in MVTec AD's layout.\n".utf8)
            func picture(_ seed: Int, _ damages: [String] = []) throws -> StarterWorld.Picture {
                try StarterWorld.render(
                    category: category, seed: StarterArchives.seed(seed), width: side, height: side, damages: damages)
            }
            for number in 0..<StarterArchives.trainNormals {
                files["\(category)/train/good/\(padded(number, 3)).png"] = try picture(number).image.png()
            }
            for number in 0..<StarterArchives.testNormals {
                files["\(category)/test/good/\(padded(number, 3)).png"] = try picture(100 + number).image.png()
            }
            let kinds = try StarterWorld.damages(of: category)
            for index in 0..<StarterArchives.testDamaged * kinds.count {
                let kind = kinds[index % kinds.count], number = padded(index / kinds.count, 3)
                let damaged = try picture(200 + index, [kind])
                files["\(category)/test/\(kind)/\(number).png"] = try damaged.image.png()
                files["\(category)/ground_truth/\(kind)/\(number)_mask.png"] = try damaged.mask?.png()
            }
        }
        files["license.txt"] = Array(StarterArchives.licence.utf8)
        files["readme.txt"] = Array("Flawsmith's starter data in MVTec AD's layout.\n".utf8)
        return files
    }
}
