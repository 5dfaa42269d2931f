import ExportLayouts
package import ManifestSections
package import MethodKit

/// The price of a manifest in pictures, hours of one device and bytes, before anything is run.
package struct RunForecast: Sendable {
    /// Which of the stages are priced.
    package struct Stages: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        package static let generate = Stages(rawValue: 1), export = Stages(rawValue: 2), fit = Stages(rawValue: 4),
            detect = Stages(rawValue: 8)
        package static let all: Stages = [.generate, .export, .fit, .detect]
    }

    /// One line of the price; values are nil where unknown or negligible.
    package struct Line: Sendable, Equatable {
        package var name: String
        package var images: Int?
        package var hours: ClosedRange<Double>?
        package var bytes: Double?
    }

    /// One data set for each seed.
    package struct DataSet: Sendable, Equatable {
        package var shots: Shots
        package var seeds: Int
        package var normals: Int?
        /// nil: not known, or made elsewhere.
        package var pictures: Int?

        package init(shots: Shots, seeds: Int, normals: Int?, pictures: Int?) {
            (self.shots, self.seeds, self.normals, self.pictures) = (shots, seeds, normals, pictures)
        }
    }

    /// Tokens of the training pictures.
    package struct Tokens: Sendable, Equatable {
        package var pictures: Int
        package var bytes: Double
        package var limit: Double
        package var perPicture: Double
        /// Pictures through the tower for training, with this limit and with none.
        package var passes: Double
        package var passesWithoutLimit: Double
        /// Hours that a limit large enough for all tokens would save; nil: not priced.
        package var hoursSpared: Double?
    }

    /// Whether normals are counted in tiles.
    package private(set) var isTiled = false
    package private(set) var dataSets: [DataSet] = []
    package private(set) var lines: [Line] = []
    package private(set) var tokens: Tokens?
    /// Pictures of the auxiliary data set that each model is trained on, normals and generated ones together; nil: not
    /// known.
    package private(set) var auxiliaryPictures: Int?
    /// The whole price; a part is nil where one of its lines isn't known.
    package private(set) var total = Line(name: "total")

    /// - Parameters:
    ///   - auxiliary: categories of the manifest's auxiliary data set.
    ///   - parts: times for generation; nil if its model's size is unknown: its hours are then not priced.
    ///   - detectors: the work of each detector, by its name in the manifest.
    ///   - detectorSeconds: seconds for a multiply-accumulate of a detector; nil: not priced.
    package init(
        _ manifest: Manifest, categories: [CategorySize], auxiliary: [CategorySize] = [], stages: Stages = .all,
        parts: PartSeconds?, detectors: [(name: String, work: DetectorWork)], detectorSeconds: Double?
    ) {
        let pool = PoolForecast(manifest), shots = manifest.sampling.shots, seeds = manifest.sampling.seeds.count
        func sum(_ value: (CategorySize) -> Int?) -> Int? { Self.sum(categories.map(value)) }
        dataSets = shots.map { count in
            DataSet(
                shots: count, seeds: seeds, normals: sum { pool.normals($0, count) },
                pictures: sum { pool.pictures($0, count) })
        }
        isTiled = manifest.dataset.tiles != nil
        let isMade = !pool.isTaken
        // All models share one sample of the auxiliary data.
        let drawnOn = manifest.auxiliary.flatMap {
            $0.use == .normalsAndSynthetic && isMade ? ($0.shots, auxiliary) : nil
        }
        let made = categories.map { pool.distinct($0, shots, seeds: seeds) }
        let madeBeside = drawnOn.map { shots, others in others.map { pool.distinct($0, [shots], seeds: 1) } } ?? []
        auxiliaryPictures = Self.auxiliaryPictures(manifest, auxiliary, pool)
        if stages.contains(.generate), isMade {
            lines.append(Self.generation(manifest, categories + (drawnOn?.1 ?? []), made + madeBeside, parts: parts))
        }
        if stages.contains(.export) { lines.append(Self.export(manifest, categories, pool)) }
        let pictures = isMade ? Self.sum(made.map { $0?.pictures }) : nil
        let normals = Self.sum(categories.map { Self.distinctNormals($0, shots, seeds: seeds) })
        for (name, detector) in detectors where stages.contains(.fit) {
            var own: Tokens?
            if let pictures, let normals, let auxiliaryPictures {
                own = Self.tokens(
                    pictures + normals + auxiliaryPictures, dataSets, beside: auxiliaryPictures, detector,
                    limit: manifest.cache.limit)
            }
            if let all = own, let detectorSeconds {
                own?.hoursSpared = (all.passes - all.passesWithoutLimit) * detector.trunk * detectorSeconds / 3600
            }
            let work = own.map { tokens in
                let each = dataSets.map {
                    $0.seeds
                        * (($0.normals ?? 0)
                            + (detector.stepsOverNormals ? 0 : ($0.pictures ?? 0) + (auxiliaryPictures ?? 0)))
                }
                let steps = Double(each.reduce(0, +)) * Double(detector.epochs)
                return tokens.passes * detector.trunk + steps * detector.step
            }
            lines.append(
                Line(
                    name: detectors.count > 1 ? "fit \(name)" : "fit", images: own?.pictures,
                    hours: Self.hours(work, detectorSeconds), bytes: own.map { min($0.bytes, $0.limit) }))
            tokens = tokens ?? own
        }
        for (name, detector) in detectors where stages.contains(.detect) {
            var line = Self.detection(categories, dataSets, detector, detectorSeconds, pool)
            if detectors.count > 1 { line.name += " \(name)" }
            lines.append(line)
        }
        let hours = lines.filter { $0.name != "export" }.map(\.hours),
            bytes = lines.filter { !$0.name.hasPrefix("detect") }.map(\.bytes)
        if !hours.isEmpty, !hours.contains(nil) {
            let known = hours.compactMap(\.self)
            total.hours = known.reduce(0) { $0 + $1.lowerBound }...known.reduce(0) { $0 + $1.upperBound }
        }
        if !bytes.contains(nil) { total.bytes = bytes.compactMap(\.self).reduce(0, +) }
    }

    private static func sum(_ values: [Int?]) -> Int? {
        values.contains(nil) ? nil : values.compactMap(\.self).reduce(0, +)
    }

    private static func hours(_ work: Double?, _ seconds: Double?) -> ClosedRange<Double>? {
        guard let work, let seconds else { return nil }
        return work * seconds / 3600...work * seconds / 3600
    }

    // MARK: - Stages

    private static func generation(
        _ manifest: Manifest, _ categories: [CategorySize], _ made: [(normals: Int, pictures: Int)?],
        parts: PartSeconds?
    ) -> Line {
        let generator = manifest.generation.generator
        let hasEvidence = type(of: generator).label == .evidence
        let costs = manifest.generation.dialledGenerators.compactMap(\.work).map { PictureCost($0) }
        var line = Line(name: "generate", images: sum(made.map { $0?.pictures }))
        if let pictures = line.images, let normals = sum(made.map { $0?.normals }), let parts,
            let least = costs.map({ $0.seconds(parts).lowerBound }).min(),
            let most = costs.map({ $0.seconds(parts).upperBound }).max()
        {
            let once = Double(normals) * (costs.map { $0.secondsOnce(parts) }.max() ?? 0)
            let drawn = Double(pictures) * manifest.generation.pricedShare
            line.hours = (once + drawn * least) / 3600...(once + drawn * most) / 3600
        } else if costs.isEmpty {
            line.hours = 0...0
        }
        let bytes = zip(categories, made).map { category, made in
            made.flatMap { made in
                category.pixels.map {
                    Double(made.pictures * $0) * PictureBytes.pooled(isGrey: category.isGrey, hasEvidence: hasEvidence)
                }
            }
        }
        line.bytes = bytes.contains(nil) ? nil : bytes.compactMap(\.self).reduce(0, +)
        return line
    }

    /// One archive for each layout and data set.
    private static func export(_ manifest: Manifest, _ categories: [CategorySize], _ pool: PoolForecast) -> Line {
        var line = Line(name: "export", images: 0, bytes: 0)
        let hasEvidence = type(of: manifest.generation.generator).label == .evidence
        for (shots, category) in manifest.sampling.shots.flatMap({ shots in categories.map { (shots, $0) } }) {
            let seeds = manifest.sampling.seeds.count
            guard let pictures = pool.pictures(category, shots), let normals = pool.normals(category, shots) else {
                return Line(name: "export")
            }
            for layout in manifest.exportLayouts {
                let goods = Self.goods(manifest, type(of: layout).split, category, pictures: pictures, normals: normals)
                line.images = line.images.map { $0 + seeds * (pictures + goods) }
                let each = category.pixels.map { pixels in
                    Double(pixels * pictures)
                        * PictureBytes.exported(isGrey: category.isGrey, hasEvidence: hasEvidence)
                        + Double(pixels * goods) * PictureBytes.normal(isGrey: category.isGrey)
                }
                line.bytes = line.bytes.flatMap { sum in each.map { sum + Double(seeds) * $0 } }
            }
        }
        return line
    }

    /// Normal pictures in an export: those of the sample, and of the unused ones as many as `SplitPlan` takes. Those of
    /// the test split are left out: how many are good isn't known.
    private static func goods(
        _ manifest: Manifest, _ rule: SplitRule, _ category: CategorySize, pictures: Int, normals: Int
    ) -> Int {
        let shares = manifest.export.shares, all = shares.train + shares.validation + shares.test
        let outside: Int
        switch rule {
        case .damageAlone: return 0
        case .normalTraining: outside = pictures
        case .shares: outside = all == 0 ? 0 : pictures * (all - shares.train) / all
        }
        let unused = category.train.map { max(0, $0 - normals) } ?? 0
        return normals + min(unused, manifest.export.testGood ?? outside)
    }

    private static func detection(
        _ categories: [CategorySize], _ sets: [DataSet], _ detector: DetectorWork, _ seconds: Double?,
        _ pool: PoolForecast
    ) -> Line {
        guard let tests = sum(categories.map(\.test)) else { return Line(name: "detect") }
        let comparisons = sets.flatMap { set in
            categories.map { category in
                pool.normals(category, set.shots).map { Double(set.seeds * (category.test ?? 0) * $0) }
            }
        }
        let models = sets.reduce(0) { $0 + $1.seeds }
        let passes = Double(tests * models) * (detector.trunk + detector.head)
        let work =
            comparisons.contains(nil) ? nil : passes + comparisons.compactMap(\.self).reduce(0, +) * detector.comparison
        return Line(name: "detect", images: tests * models, hours: hours(work, seconds))
    }

    // MARK: - Auxiliary data

    private static func auxiliaryPictures(_ manifest: Manifest, _ categories: [CategorySize], _ pool: PoolForecast)
        -> Int?
    {
        guard let section = manifest.auxiliary else { return 0 }
        switch section.use {
        case .testSplit: return sum(categories.map(\.test))
        case .normalsAndSynthetic:
            return sum(
                categories.map { category in
                    pool.normals(category, section.shots).flatMap { normals in
                        pool.pictures(category, section.shots).map { normals + $0 }
                    }
                })
        }
    }

    // MARK: - Tokens

    /// Normals that any model of the run trains on; the choices of several seeds may overlap, so this is an upper
    /// limit.
    private static func distinctNormals(_ category: CategorySize, _ shots: [Shots], seeds: Int) -> Int? {
        if shots.contains(.full) { return category.train }
        let few = shots.compactMap { if case .count(let count) = $0 { count } else { nil } }.max() ?? 0
        guard let tilesEach = few == 0 ? 1 : category.tilesEach else { return nil }
        let most = few * seeds * tilesEach
        return min(most, category.train ?? most)
    }

    /// Tokens that exceed the limit are computed again in every epoch of every model.
    private static func tokens(_ pictures: Int, _ sets: [DataSet], beside: Int, _ detector: DetectorWork, limit: Int)
        -> Tokens
    {
        let bytes = Double(pictures) * detector.tokenBytes
        var passes = Double(pictures)
        if bytes > Double(limit) {
            let fit = (Double(limit) / detector.tokenBytes).rounded(.down)
            passes = sets.reduce(0) { sum, set in
                let each = Double((set.normals ?? 0) + (set.pictures ?? 0) + beside)
                return sum + Double(set.seeds) * (each + Double(max(0, detector.epochs - 1)) * max(0, each - fit))
            }
        }
        return Tokens(
            pictures: pictures, bytes: bytes, limit: Double(limit), perPicture: detector.tokenBytes, passes: passes,
            passesWithoutLimit: Double(pictures))
    }
}
