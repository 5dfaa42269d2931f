import Dispatch
package import Imaging
import StarterWorld
import Synchronization

/// One captioned picture.
package struct TrainingExample: Sendable {
    package var category: String
    /// Nil for a good part.
    package var damage: String?
    /// RGB.
    package var image: Image
    /// Of damaged pictures.
    package var mask: Mask?
    package var caption: String
    /// The caption's words for the damage; nil for a good part.
    package var words: String?
}

/// The endless stream of pictures that the starter models learn from: number `i` always gives the same picture, so that
/// a training's position is one number.
///
/// Never in it: damage on the objects that ``HeldOut`` names, and its pairs of object and damage.
package struct PictureStream: Sendable {
    let seed: UInt32
    let side: Int
    let damagedShare: Double
    let namesKind: Double
    /// Different purposes have different streams: trainings of different networks, and pictures for measuring.
    let purpose: String

    package init(_ settings: TrainingSettings, purpose: String) {
        (seed, side, damagedShare) = (settings.seed, settings.picture_size, settings.damaged_share)
        (namesKind, self.purpose) = (settings.caption_names_kind, purpose)
    }

    package func example(_ index: Int) -> TrainingExample {
        var stream = stream(index)
        let category = stream.element(StarterWorld.categories)
        let kinds = Self.seenDamages(of: category)
        let damage = !kinds.isEmpty && stream.chance(damagedShare) ? stream.element(kinds) : nil
        return example(category, damage, &stream)
    }

    /// Before and after an accident: the same part undamaged and damaged, each with a caption. Objects that are never
    /// seen damaged don't occur.
    package func twins(_ index: Int) -> (normal: TrainingExample, damaged: TrainingExample) {
        var stream = stream(index)
        let category = stream.element(Self.seenDamaged)
        return twins(category, stream.element(Self.seenDamages(of: category)), &stream)
    }

    /// The same of a category and a damage that one chooses: for measuring.
    package func twins(_ index: Int, category: String, damage: String) -> (
        normal: TrainingExample, damaged: TrainingExample
    ) {
        var stream = stream(index)
        return twins(category, damage, &stream)
    }

    /// One part, sound and after `size` - 1 accidents, all different if the part has enough kinds. For an object that
    /// is never seen damaged, `size` sound parts.
    ///
    /// - Parameter soundToo: whether objects that are never seen damaged occur.
    package func family(_ index: Int, size: Int, soundToo: Bool) -> [TrainingExample] {
        var stream = stream(index)
        let category = stream.element(soundToo ? StarterWorld.categories : Self.seenDamaged)
        let kinds = Self.seenDamages(of: category)
        guard !kinds.isEmpty else { return (0..<size).map { _ in example(category, nil, &stream) } }
        var left: [String] = []
        let damages = (1..<size).map { _ in
            if left.isEmpty { left = kinds }
            return left.remove(at: stream.index(left.count))
        }
        return family(category, damages, &stream)
    }

    /// Computes many at once, on the processors that LibTorch's own threads leave idle.
    package func map<Result: Sendable>(_ indices: Range<Int>, threads: Int, _ body: @Sendable @escaping (Int) -> Result)
        -> [Result]
    {
        guard threads > 1 else { return indices.map(body) }
        let results = Mutex<[Int: Result]>([:])
        DispatchQueue.concurrentPerform(iterations: indices.count) { offset in
            let result = body(indices.lowerBound + offset)
            results.withLock { $0[offset] = result }
        }
        return results.withLock { results in indices.indices.compactMap { results[$0 - indices.lowerBound] } }
    }

    package static func seenDamages(of category: String) -> [String] {
        ((try? StarterWorld.damages(of: category)) ?? []).filter { HeldOut.isSeen(category: category, damage: $0) }
    }

    package static let seenDamaged = StarterWorld.categories.filter { !seenDamages(of: $0).isEmpty }

    // MARK: - One picture

    private func stream(_ index: Int) -> RandomStream {
        RandomStream(seed: UInt64(seed) << 32 ^ UInt64(index), purpose: "\(purpose) picture")
    }

    /// Below 2^40, where no picture of the starter archives is (see `StarterData`).
    private func pictureSeed(_ stream: inout RandomStream) -> UInt64 { stream.next() >> 24 }

    private func example(_ category: String, _ damage: String?, _ stream: inout RandomStream) -> TrainingExample {
        let number = pictureSeed(&stream)
        guard let damage else {
            let picture = rendered {
                try StarterWorld.render(category: category, seed: number, width: side, height: side)
            }
            return TrainingExample(
                category: category, image: picture.image.rgb(), caption: Captions.normal(of: category, &stream))
        }
        let picture = rendered {
            try StarterWorld.render(category: category, seed: number, width: side, height: side, damages: [damage])
        }
        let caption = Captions.damaged(category, damage, namesKind: namesKind, &stream)
        return TrainingExample(
            category: category, damage: damage, image: picture.image.rgb(), mask: picture.mask, caption: caption.text,
            words: caption.words)
    }

    private func twins(_ category: String, _ damage: String, _ stream: inout RandomStream) -> (
        normal: TrainingExample, damaged: TrainingExample
    ) {
        let both = family(category, [damage], &stream)
        return (both[0], both[1])
    }

    /// One part sound, then after each of these accidents.
    private func family(_ category: String, _ damages: [String], _ stream: inout RandomStream) -> [TrainingExample] {
        let number = pictureSeed(&stream)
        let family = rendered {
            try StarterWorld.renderFamily(
                category: category, seed: number, width: side, height: side, damages: damages)
        }
        let damaged = damages.indices.map { place in
            let caption = Captions.damaged(category, damages[place], namesKind: namesKind, &stream)
            return TrainingExample(
                category: category, damage: damages[place], image: family.damaged[place].rgb(),
                mask: family.masks[place], caption: caption.text, words: caption.words)
        }
        let normal = TrainingExample(
            category: category, image: family.normal.rgb(), caption: Captions.normal(of: category, &stream))
        return [normal] + damaged
    }

    /// Names come from the renderer's own lists.
    private func rendered<Result>(_ body: () throws -> Result) -> Result {
        do { return try body() } catch { preconditionFailure("the renderer doesn't know its own names: \(error)") }
    }
}
