package import AnomalyDatasets
package import Archives
package import Imaging
import ParameterKit
import StageKit

extension IngestStage {
    /// Facts about a source that only the user may know. By default all are detected.
    package struct Settings: Sendable {
        /// How masks become damage.
        package var masks: MaskReader.Rule
        /// White is good and black is damaged in masks.
        package var invertedMasks: Bool
        /// What 16-bit samples are scaled by; nil: the range that holds the largest one of a category.
        package var range: SampleRange?
        /// Which folder holds what; nil: as the layout says.
        package var folders: FolderNames?
        package var limits: ArchiveLimits
        /// How pictures that are larger than a tile are cut; nil: they are not.
        package var tiles: TileRule?

        package init(
            masks: MaskReader.Rule = .automatic, invertedMasks: Bool = false, range: SampleRange? = nil,
            folders: FolderNames? = nil, limits: ArchiveLimits = ArchiveLimits(), tiles: TileRule? = nil
        ) {
            (self.masks, self.invertedMasks, self.range) = (masks, invertedMasks, range)
            (self.folders, self.limits, self.tiles) = (folders, limits, tiles)
        }

        var maskReader: MaskReader { MaskReader(rule: masks, inverted: invertedMasks) }

        /// The settings that change the result, as part of a job's request. Empty for the defaults.
        var asked: [String: JSONValue] {
            var asked: [String: JSONValue] = [:]
            switch masks {
            case .automatic: break
            case .labels: asked["masks"] = "labels"
            case .soft: asked["masks"] = "soft"
            case .above(let level): asked["masks"] = .int(level)
            }
            if invertedMasks { asked["masks_inverted"] = .bool(true) }
            if let range { asked["range"] = .array([.int(range.lower), .int(range.upper)]) }
            if let folders {
                func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
                asked["folders"] = [
                    "normal": list(folders.normal), "abnormal": list(folders.abnormal),
                    "normal_test": list(folders.normalTest), "masks": list(folders.masks),
                ]
            }
            if let tiles { asked["tiles"] = ["size": .int(tiles.size), "overlap": .int(tiles.overlap)] }
            return asked
        }
    }
}
