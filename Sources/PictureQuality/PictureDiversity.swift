import Algorithms
import Imaging
import TensorCore

/// IC-LPIPS: how different the generated pictures of one source are from each other.
///
/// *Source*: Ojha et al. 2021, section 4.2 (intra-cluster LPIPS), as papers on synthetic defects use it: pictures are
/// grouped by what they were made from, the mean LPIPS over the pairs of each group is averaged over the groups. Here a
/// group is of one source and one kind of damage. A picture without a source joins the reference that it looks most
/// like, as in the original.
package struct PictureDiversity {
    /// A generated picture.
    package struct Picture: Sendable {
        package var image: String
        /// Its label, damage where > 127, of the picture's size; nil: none is known.
        package var mask: String?
        /// E.g. "scratch"; pictures of different kinds are never compared.
        package var kind: String
        /// Index of the reference it was made from; nil where it was made from none of them.
        package var source: Int?
        package init(image: String, mask: String?, kind: String, source: Int?) {
            (self.image, self.mask, self.kind, self.source) = (image, mask, kind, source)
        }
    }

    /// The measurements of one group.
    package struct Group: Sendable, Equatable {
        package var kind: String
        /// Index of the reference; nil where there is none.
        package var reference: Int?
        /// How many pictures were compared.
        package var pictures: Int
        /// Mean LPIPS over all pairs.
        package var distance: Double
        /// Mean over the pairs of the mean difference where either label is; nil where a label is missing.
        package var distanceInside: Double?
    }

    /// *Source*: the papers' own scripts compare pictures at 256 × 256.
    package static let size = 256
    /// *Source*: Ojha et al. compare at most this many pictures of a group. At 256 pixels a picture's features take 32
    /// MB.
    package static let largestGroup = 50

    package var network: LPIPSNetwork
    /// Pixels a side, a multiple of 16.
    package var size = Self.size

    package init(_ network: LPIPSNetwork) { self.network = network }

    /// - Parameters:
    ///   - references: the normal pictures.
    ///   - progress: pictures done, of all.
    /// - Returns: the groups of two and more pictures, by kind and reference; of larger ones the first 50 pictures are
    ///   compared.
    /// - Throws: `ImageError`, `TensorError`, and whatever `progress` throws.
    package func measure(
        _ pictures: [Picture], references: [String], progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> [Group] {
        try withoutGradients {
            let sources = try self.sources(of: pictures, references: references)
            var members: [Key: [Picture]] = [:]
            for (picture, source) in zip(pictures, sources) {
                members[Key(kind: picture.kind, reference: source), default: []].append(picture)
            }
            var groups: [Group] = []
            var done = 0
            for (key, pictures) in members.sorted(by: { $0.key < $1.key }) {
                if pictures.count > 1 {
                    groups.append(
                        try group(key, pictures.prefix(Self.largestGroup)) { try progress(done + $0, sources.count) })
                }
                done += pictures.count
                try progress(done, sources.count)
            }
            return groups
        }
    }

    private struct Key: Hashable, Comparable {
        var kind: String
        var reference: Int?

        static func < (a: Key, b: Key) -> Bool { (a.kind, a.reference ?? -1) < (b.kind, b.reference ?? -1) }
    }

    private func group(_ key: Key, _ pictures: ArraySlice<Picture>, done: (Int) throws -> Void) throws -> Group {
        var features: [LPIPSNetwork.Features] = []
        var labels: [Tensor?] = []
        var (sum, sumInside, pairs, pairsInside) = (0.0, 0.0, 0, 0)
        for (place, picture) in pictures.enumerated() {
            let own = try self.features(picture.image)
            let label = try picture.mask.map(self.label)
            for (other, otherLabel) in zip(features, labels) {
                let maps = try network.maps(own, other)
                for map in maps { sum += try map.mean().item() }
                pairs += 1
                guard let label, let otherLabel else { continue }
                sumInside += try mean(of: maps, weights: label.maximum(otherLabel))
                pairsInside += 1
            }
            features.append(own)
            labels.append(label)
            try done(place + 1)
        }
        return Group(
            kind: key.kind, reference: key.reference, pictures: pictures.count, distance: sum / Double(pairs),
            distanceInside: pairsInside == pairs ? sumInside / Double(pairs) : nil)
    }

    /// The reference of each picture: its own, or the one that it looks most like; nil without references.
    private func sources(of pictures: [Picture], references: [String]) throws -> [Int?] {
        guard !references.isEmpty, pictures.contains(where: { $0.source == nil }) else { return pictures.map(\.source) }
        // One reference at a time: there may be hundreds, and each takes 32 MB.
        let orphans = pictures.indices.filter { pictures[$0].source == nil }
        var nearest = [Int: (distance: Double, reference: Int)]()
        for portion in orphans.chunks(ofCount: Self.largestGroup) {
            let features = try portion.map { try self.features(pictures[$0].image) }
            for (reference, path) in references.enumerated() {
                let other = try self.features(path)
                for (index, own) in zip(portion, features) {
                    let distance = try network.maps(own, other).reduce(0) { try $0 + $1.mean().item() }
                    if distance < nearest[index]?.distance ?? .infinity { nearest[index] = (distance, reference) }
                }
            }
        }
        return pictures.indices.map { pictures[$0].source ?? nearest[$0]?.reference }
    }

    private func features(_ path: String) throws -> LPIPSNetwork.Features {
        let image = try Image(contentsOf: path).rgb().resized(width: size, height: size, filter: .bicubic)
        let pixels = try Tensor(image.pixels, [1, size, size, 3]).to(.float32).permute(0, 3, 1, 2)
        return try network.features(pixels / 127.5 - 1)
    }

    /// `[1, 1, size, size]`, 0…1: how much of each pixel is labelled.
    private func label(_ path: String) throws -> Tensor {
        let mask = try Mask(contentsOf: path, above: 127)
        let cells = try Tensor(mask.values, [1, 1, mask.height, mask.width]).to(.float32)
        return try cells.adaptiveAvgPool2d(height: size, width: size).to(device: network.device)
    }

    /// The weighted mean of the distance: the maps, resized bilinearly to the pictures' size (as with the `lpips`
    /// package's `spatial=True`), weighted by `weights`.
    private func mean(of maps: [Tensor], weights: Tensor) throws -> Double {
        let all = try maps.dropFirst().reduce(enlarged(maps[0])) { try $0 + enlarged($1) }
        return try (all * weights).sum().item() / weights.sum().item()
    }

    private func enlarged(_ map: Tensor) throws(TensorError) -> Tensor {
        try map.interpolate(height: size, width: size, .bilinear)
    }
}
