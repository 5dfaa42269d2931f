import AnomalyDatasets
import Foundation
import Imaging
import StageKit

/// Which source images show something of a request's place. Only tiles may show nothing of it: a place beside the part
/// of a whole picture is an error.
struct TilesOfPlaces {
    /// Request → source images; nil: all of them.
    private let shown: [Set<Int>?]
    /// What is to be said, once for a request.
    let notices: [String]

    /// - Parameter masks: a source's id → the file of its foreground.
    /// - Throws: `Failure` 65 for a place that no tile shows or of another size than the pictures; what reading masks
    ///   throws.
    init(_ requests: [GenerationParameters.Request], sources: [ImageRecord], masks: [String: URL]) throws {
        var notices: [String] = []
        let hasTiles = sources.contains { $0.tile != nil }
        shown = try requests.map { request in
            guard hasTiles, let place = request.place else { return nil }
            let mask = try place.mask()
            var found: Set<Int> = []
            for (index, source) in sources.enumerated() {
                var part = try place.shown(mask, on: source)
                if !part.isEmpty, let file = masks[source.id] {
                    part = try part.intersection(Mask(contentsOf: file.path, above: 127))
                }
                guard !part.isEmpty || source.tile == nil else { continue }
                found.insert(index)
            }
            guard !found.isEmpty else { throw place.beside("any tile of \(sources[0].category)") }
            if found.count < sources.count {
                notices.append(
                    "\(sources.count - found.count) of the sample's \(sources.count) tiles show nothing of the part in \(place.written): `\(request.anomaly)` isn't drawn on them"
                )
            }
            return found
        }
        self.notices = notices
    }

    func isEverywhere(_ request: Int) -> Bool { shown[request] == nil }

    func shows(_ request: Int, _ source: Int) -> Bool { shown[request]?.contains(source) ?? true }
}
