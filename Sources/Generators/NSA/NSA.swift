package import Imaging
package import MethodKit
package import ParameterKit

/// A patch of the object moved to another place of it, with hard edges: the skeleton of NSA.
///
/// *Source*: Schlüter et al., Natural synthetic anomalies, ECCV 2022; their patches are blended by Poisson editing,
/// this one is not yet.
package struct NSA: LocalGenerator {
    package struct Settings: Parameters {
        @Key("Share of the picture that a patch covers, smallest and largest.", .each(.above(0, to: 1), count: 2...2))
        package var area = [0.01, 0.1]

        package init() {}

        package func check(_ issues: inout Issues) {
            if area[0] > area[1] { issues.add("the smallest, \(area[0]), is above the largest, \(area[1])", at: "area") }
        }
    }

    package static let name = "nsa"
    package static let version = 1
    package static let doc = "patches of the object moved within it"
    package static let label = LabelOrigin.own

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package var labelMeaning: String { "The soft label is the mask of the patch." }

    package func phrase(models: [ModelRole: String]) -> String {
        "NSA without blending: patches of the object moved within it"
    }

    package func draw(
        on image: Image, foreground: Mask?, seed: UInt64, photograph: Photograph?
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        let foreground = try checkedForeground(image, foreground)
        let object = foreground.values.indices.filter { foreground.values[$0] != 0 }
        var stream = RandomStream(seed: seed, purpose: Self.name)
        for rejected in 0..<mostDraws {
            let area = stream.uniform(settings.area[0], settings.area[1]) * Double(image.width * image.height)
            let half = max(1, Int(area.squareRoot() / 2))
            let from = object[stream.index(object.count)], to = object[stream.index(object.count)]
            var (result, mask) = (image, Mask(width: image.width, height: image.height))
            for dy in -half...half {
                for dx in -half...half {
                    let x = to % image.width + dx, y = to / image.width + dy
                    let fromX = from % image.width + dx, fromY = from / image.width + dy
                    guard x >= 0, y >= 0, x < image.width, y < image.height, foreground[x, y], fromX >= 0, fromY >= 0,
                        fromX < image.width, fromY < image.height, foreground[fromX, fromY]
                    else { continue }
                    let here = (y * image.width + x) * image.channels
                    let there = (fromY * image.width + fromX) * image.channels
                    for c in 0..<image.channels { result.pixels[here + c] = image.pixels[there + c] }
                    mask.values[y * image.width + x] = 1
                }
            }
            if !mask.isEmpty, result != image {
                return SyntheticAnomaly(
                    image: result, softLabel: mask.plane, mask: mask,
                    account: ["method": "nsa", "from": .int(from), "to": .int(to), "rejected": .int(rejected)])
            }
        }
        throw .nothingChanged(draws: mostDraws)
    }
}
