package import AnomalyAnnotation
package import Foundation
package import Generators
package import MethodKit
import ParameterKit
package import PictureGate

/// Parameters of the generate stage for one category and one set of samples.
package struct GenerationParameters: Sendable {
    /// One thing to draw: its folder name in exports, its words, the full prompt, its weight among the others.
    package struct Request: Sendable, Equatable {
        package var anomaly: String
        package var phrases: [String]
        package var prompt: String
        /// Where the phrases stand in the prompt, in bytes of UTF-8; empty: they are searched for as whole words.
        package var places: [Range<Int>]
        package var share: Int
        /// Pictures of it in all, over all source images; nil: by its share of those that each source image gets.
        package var count: Int?
        /// Where on the part it may be; nil: anywhere.
        package var place: DamagePlace?
        /// Share of the part that it takes at most, above 0 to 1; nil: the generator's own sizes.
        package var size: Double?
        /// Above 0 to 1; nil: the generator's own, 0.5.
        package var strength: Double?
        /// The name of its generator in a mixture; nil where there is one generator.
        package var method: String?

        package init(
            anomaly: String, phrases: [String], prompt: String, places: [Range<Int>] = [], share: Int,
            count: Int? = nil, place: DamagePlace? = nil, size: Double? = nil, strength: Double? = nil,
            method: String? = nil
        ) {
            (self.anomaly, self.phrases, self.prompt) = (anomaly, phrases, prompt)
            (self.places, self.share, self.count, self.place) = (places, share, count, place)
            (self.size, self.strength, self.method) = (size, strength, method)
        }
    }

    /// How pictures are labelled if their generator doesn't know their label.
    package struct AnnotationRequest: Sendable, Equatable {
        package var source: AnnotationSource
        /// Share of the soft label's maximum inside the foreground, 0 < threshold <= 1.
        package var threshold: Double

        package init(source: AnnotationSource, threshold: Double) {
            (self.source, self.threshold) = (source, threshold)
        }
    }

    /// Weights and their digest, which is part of every unit's identity.
    package struct Model: Sendable {
        package var url: URL
        /// SHA-256 over the model's files.
        package var digest: String
        package init(url: URL, digest: String) { (self.url, self.digest) = (url, digest) }
    }

    /// A generator with what it draws with.
    package struct Drawer: Sendable {
        package let generator: any Generator
        package let models: [ModelRole: Model]
        /// The generator's folder of pictures; nil where it names none.
        package let materials: TextureFolder?
        /// Name, version and settings, as identities hold them. Computed once instead of for every unit, because
        /// settings are found by reflection.
        let method: JSONValue

        package init(
            _ generator: any Generator, models: [ModelRole: Model] = [:], materials: TextureFolder? = nil
        ) {
            (self.generator, self.models, self.materials) = (generator, models, materials)
            method = generator.asked()
        }

        var labelsFromEvidence: Bool { type(of: generator).label == .evidence }
    }

    /// Version of labels made from evidence.
    static let labelVersion = 1

    /// One, or those of a mixture.
    package let drawers: [Drawer]
    package var annotation: AnnotationRequest
    package var requests: [Request]
    package var imagesPerNormal: Int
    /// Pictures computed together; never of different source images.
    package var batch: Int
    /// Which part of a picture is drawn in.
    package var window: DrawingWindow
    /// Whether pixels outside the label stay the normal's.
    package var isComposite: Bool
    /// Pictures that are left out of the list, by their units' ids, ascending.
    package var rejected: [String]
    /// The seed of the noise: the sample's, or one that the manifest fixes.
    package var seed: UInt32
    /// The category's pictures where the generator takes them from elsewhere.
    package var external: ExternalCategory?
    /// Which pictures are kept; nil: all.
    package var gate: GateSettings?
    /// For each of the drawers the settings and weights that determine the pictures it draws.
    private let drawings: [[String: JSONValue]]

    package init(
        drawers: [Drawer], annotation: AnnotationRequest, requests: [Request],
        imagesPerNormal: Int, batch: Int, seed: UInt32, window: DrawingWindow = .whole,
        isComposite: Bool = false, external: ExternalCategory? = nil, rejected: [String] = [],
        gate: GateSettings? = nil
    ) {
        self.gate = gate
        precondition(!drawers.isEmpty)
        (self.drawers, self.annotation, self.requests) = (drawers, annotation, requests)
        (self.imagesPerNormal, self.batch, self.seed) = (imagesPerNormal, batch, seed)
        (self.external, self.window, self.isComposite, self.rejected) = (external, window, isComposite, rejected)
        drawings = drawers.map { drawer in
            var drawing: [String: JSONValue] = ["method": drawer.method]
            if !drawer.models.isEmpty {
                drawing["models"] = .object(
                    Dictionary(uniqueKeysWithValues: drawer.models.map { ($0.key.rawValue, .string($0.value.digest)) }))
            }
            if let materials = drawer.materials { drawing["materials"] = .string(materials.digest) }
            if window != .whole, drawers.count == 1 || drawer.labelsFromEvidence {
                drawing["window"] = ["choice": window.json, "version": .int(PictureFrame.version(of: window))]
            }
            return drawing
        }
    }

    /// With one generator.
    package init(
        generator: any Generator, models: [ModelRole: Model], annotation: AnnotationRequest, requests: [Request],
        imagesPerNormal: Int, batch: Int, seed: UInt32, window: DrawingWindow = .whole,
        isComposite: Bool = false, materials: TextureFolder? = nil, external: ExternalCategory? = nil,
        rejected: [String] = []
    ) {
        self.init(
            drawers: [Drawer(generator, models: models, materials: materials)], annotation: annotation,
            requests: requests, imagesPerNormal: imagesPerNormal, batch: batch, seed: seed, window: window,
            isComposite: isComposite, external: external, rejected: rejected)
    }

    private func place(of request: Request) -> Int {
        drawers.firstIndex { $0.generator.methodName == request.method } ?? 0
    }

    /// Who draws a request's pictures.
    func drawer(of request: Request) -> Drawer { drawers[place(of: request)] }

    func drawing(of request: Request) -> [String: JSONValue] { drawings[place(of: request)] }

    /// What the generators draw with, for identities of the whole: of one its members, of a mixture a list.
    var drawing: [String: JSONValue] {
        drawings.count == 1 ? drawings[0] : ["mixture": .array(drawings.map { .object($0) })]
    }

    /// The generator as a request has it.
    func generator(for request: Request) -> any Generator {
        let generator = drawer(of: request).generator
        return if let strength = request.strength { generator.dialled(to: strength) } else { generator }
    }

    /// Whether any label is made afterwards from files kept beside the pictures.
    var labelsFromEvidence: Bool { drawers.contains { $0.labelsFromEvidence } }
    /// Whether the whole picture is made with the label, out of the normal and what was drawn, where labels are made
    /// afterwards.
    var framesPictures: Bool { labelsFromEvidence && (window != .whole || isComposite) }

    var labelFiles: [String] { framesPictures ? GeneratedFiles.finished : GeneratedFiles.label }

    /// Version of composites; nil: all of what was drawn is taken. Part of labels' identities.
    var composite: JSONValue? { labelsFromEvidence && isComposite ? .int(PictureFrame.version) : nil }
}

extension GenerationParameters {
    /// How many of a source image's pictures go to each request, for each source image: its part of those that are
    /// counted; else in proportion to the shares, by largest remainder, the earlier request first among equals.
    ///
    /// - Parameters:
    ///   - places: which source images show what of a request's place.
    ///   - sources: how many there are.
    func counts(_ places: TilesOfPlaces, of sources: Int) -> [[Int]] {
        var counts = [[Int]](repeating: requests.map { _ in 0 }, count: sources)
        let shared = requests.indices.filter { requests[$0].count == nil }
        for source in 0..<sources {
            let shown = shared.filter { places.shows($0, source) }
            let each = Apportionment.counts(of: imagesPerNormal, among: shown.map { requests[$0].share })
            for (request, count) in zip(shown, each) { counts[source][request] = count }
        }
        let totals = requests.indices.compactMap { request in requests[request].count.map { (request, $0) } }
        // Those that may be anywhere are spread together, so that none stays empty while another gets two.
        let everywhere = totals.filter { places.isEverywhere($0.0) }
        for (request, spread) in zip(everywhere, Apportionment.spread(everywhere.map(\.1), over: sources)) {
            for (source, count) in spread.enumerated() { counts[source][request.0] = count }
        }
        for (request, total) in totals where !places.isEverywhere(request) {
            let shown = (0..<sources).filter { places.shows(request, $0) }
            for (source, count) in zip(shown, Apportionment.spread([total], over: shown.count)[0]) {
                counts[source][request] = count
            }
        }
        return counts
    }
}
