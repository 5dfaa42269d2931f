import AnomalyAnnotation
import Foundation
package import Imaging

/// How one synthetic picture differs from the normal it was made from.
package struct PictureMeasures: Codable, Sendable, Equatable {
    /// Grey levels, 0...255. `changeOutside` is nil where nothing lies outside the label.
    package var changeInside: Double
    package var changeOutside: Double?
    package var reconstructionError: Double
    /// How well the picture keeps the normal where nothing is labelled: PSNR in dB, at most that of two equal pictures
    /// of 8 bits; nil where all is labelled.
    package var backgroundPSNR: Double?
    /// 0...1.
    package var labelIoU: Double
    package var labelArea: Double

    /// How many times stronger the change must be inside the label than outside to count as confined to the label (own
    /// choice).
    private static let contrast = 3.0
    /// A pixel counts as changed by the generator if it changed more than the autoencoder changes this share of the
    /// foreground (own choice).
    private static let quantile = 0.95

    /// Mean squared error that rounding to 8 bits alone leaves, in squared grey levels: equal pictures count as 58.9 dB
    /// instead of infinity.
    private static let leastSquaredError = 1.0 / 12

    /// - Parameters:
    ///   - normal: the picture it was made from.
    ///   - reconstruction: the normal after the autoencoder; nil for methods without one.
    ///   - mask: the binary label, not empty, inside `foreground`.
    /// - Precondition: equal sizes and channels.
    package init(picture: Image, normal: Image, reconstruction: Image?, mask: Mask, foreground: Mask) {
        let change = Change(from: reconstruction ?? normal, to: picture),
            error = Change(from: normal, to: reconstruction ?? normal)
        changeInside = change.mean(inside: mask) ?? 0
        changeOutside = change.mean(inside: mask.inverted)
        reconstructionError = error.mean(inside: mask) ?? 0
        backgroundPSNR = Self.squaredError(picture, normal, outside: mask).map {
            10 * log10(255 * 255 / max($0, Self.leastSquaredError))
        }
        let smoothed = error.smoothed
        let errors = smoothed.values.indices.filter { foreground.values[$0] != 0 }.map { smoothed.values[$0] }.sorted()
        let usual = errors.isEmpty ? 0 : errors[min(errors.count - 1, Int(Self.quantile * Double(errors.count)))]
        let changed = change.smoothed.atLeast(max(usual, Change.leastVisible)).intersection(foreground)
        labelIoU = mask.overlap(with: changed)
        labelArea = Double(mask.count) / Double(max(foreground.count, 1))
    }

    /// Mean over pixels and channels, in squared grey levels; nil where nothing is outside.
    private static func squaredError(_ picture: Image, _ normal: Image, outside mask: Mask) -> Double? {
        let channels = picture.channels
        var (sum, count) = (0, 0)
        for k in mask.values.indices where mask.values[k] == 0 {
            for c in k * channels..<(k + 1) * channels {
                let difference = Int(picture.pixels[c]) - Int(normal.pixels[c])
                sum += difference * difference
            }
            count += channels
        }
        return count > 0 ? Double(sum) / Double(count) : nil
    }

    package var isChanged: Bool {
        guard let changeOutside else { return false }
        return changeInside >= Self.contrast * changeOutside && changeInside > reconstructionError
    }
}

/// Whether pictures show what their prompts ask for.
package enum WordRecognition {
    /// Share of pictures that fit their own sentence better than the others', each sentence's similarities relative to
    /// their mean, so that a sentence that fits everything has no advantage. Guessing gives 1 / the number of
    /// sentences.
    /// - Parameters:
    ///   - similarities: `[pictures, sentences]`.
    ///   - own: for each picture the index of its sentence.
    /// - Returns: nil with fewer than two sentences in use.
    package static func share(_ similarities: [[Double]], own: [Int]) -> Double? {
        precondition(similarities.count == own.count)
        guard let width = similarities.first?.count, width > 1, Set(own).count > 1 else { return nil }
        let means = (0..<width).map { sentence in
            similarities.reduce(0) { $0 + $1[sentence] } / Double(similarities.count)
        }
        let right = zip(similarities, own).count { row, own in
            let centred = zip(row, means).map { $0 - $1 }
            return centred.indices.allSatisfy { $0 == own || centred[$0] < centred[own] }
        }
        return Double(right) / Double(own.count)
    }
}
