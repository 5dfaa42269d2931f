import AnomalyAnnotation
import Foundation
import Imaging
import ReportStage
import Reporting

/// Pairs of pictures of one row and of the first row: those with the same normal, words and number.
struct PicturePairs {
    /// Category, shot count and seed, normal, anomaly, and the number of earlier pictures with the same values.
    private struct Place: Hashable {
        let subject: String
        let source: String
        let anomaly: String
        let number: Int
    }

    private let own: [Place: GeneratedPictures.Picture]
    private let first: [Place: GeneratedPictures.Picture]

    init(_ own: GeneratedPictures, first: GeneratedPictures) {
        (self.own, self.first) = (Self.places(own), Self.places(first))
    }

    private static func places(_ pictures: GeneratedPictures) -> [Place: GeneratedPictures.Picture] {
        var numbers: [String: Int] = [:]
        var places: [Place: GeneratedPictures.Picture] = [:]
        for picture in pictures.pictures {
            guard let source = picture.source?.lastPathComponent else { continue }
            let name = "\(picture.subject)/\(source)/\(picture.anomaly)"
            places[
                Place(
                    subject: picture.subject, source: source, anomaly: picture.anomaly,
                    number: numbers[name, default: 0])] = picture
            numbers[name, default: 0] += 1
        }
        return places
    }

    /// Mean distance of the pictures in grey levels and mean IoU of their binary labels, for one shot count.
    ///
    /// - Throws: `ImageError` when a picture can't be read.
    func values(shots: String, seeds: [Int]) throws -> ComparisonMeasurements.Values {
        var values: ComparisonMeasurements.Values = [:]
        for (place, seed) in seeds.enumerated() {
            let label = SampledModel(shots: shots, seed: seed).label
            let here = own.filter { $0.key.subject.hasSuffix("/" + label) }
            for (category, pictures) in Dictionary(grouping: here, by: { $0.value.category }) {
                let pairs = pictures.compactMap { key, picture in first[key].map { (picture, $0) } }
                let distances = try pairs.compactMap { try distance($0.0, $0.1) }
                guard !distances.isEmpty else { continue }
                func put(_ key: String, _ mean: Double) {
                    values[category, default: [:]][key, default: Array(repeating: nil, count: seeds.count)][place] =
                        mean
                }
                put("picture_distance", distances.reduce(0) { $0 + $1.picture } / Double(distances.count))
                put("label_overlap", distances.reduce(0) { $0 + $1.overlap } / Double(distances.count))
            }
        }
        return values
    }

    private func distance(_ one: GeneratedPictures.Picture, _ other: GeneratedPictures.Picture) throws -> (
        picture: Double, overlap: Double
    )? {
        let (image, before) = (try one.generated(), try other.generated())
        guard image.width == before.width, image.height == before.height else { return nil }
        let levels = Change(from: before, to: image).levels.values
        return (Double(levels.reduce(0, +)) / Double(levels.count), try one.mask().overlap(with: other.mask()))
    }
}
