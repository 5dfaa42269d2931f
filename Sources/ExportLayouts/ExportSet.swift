import AnomalyDatasets
package import Foundation

/// A labelled data set for layouts: bytes are read one file at a time, on demand.
package struct ExportSet: Sendable {
    package typealias Bytes = @Sendable () throws -> Data

    /// A split, as its folder is called in most layouts.
    package enum Part: String, Sendable, CaseIterable { case train, validation, test }

    package enum Origin: String, Sendable {
        /// Normal pictures of the source data set.
        case normal
        /// Made from normal pictures, or taken from elsewhere by the manifest's generator.
        case synthetic
        /// Pictures of damage from the source data set's own test split.
        case real
    }

    package struct Picture: Sendable {
        package var part: Part
        package var origin: Origin
        /// Of damage; nil: a normal picture.
        package var kind: String?
        /// Id of the normal picture it was made from, or its own; empty where it isn't known.
        package var source: String
        /// PNG.
        package var image: Bytes
        /// Binary mask: 8-bit PNG, 0 or 255, the picture's size; nil for normal pictures.
        package var mask: Bytes?
        /// 16-bit PNG, value / 65535; nil where there is none.
        package var softLabel: Bytes?
        /// How it was made, as JSON; nil for pictures that weren't.
        package var record: Bytes?
        /// Of its kind in layouts: `good`, the kind, or `real_` and the kind. Set by the category.
        package internal(set) var folder = ExportSet.good

        package init(
            part: Part, origin: Origin, kind: String?, source: String, image: @escaping Bytes, mask: Bytes? = nil,
            softLabel: Bytes? = nil, record: Bytes? = nil
        ) {
            (self.part, self.origin, self.kind, self.source) = (part, origin, kind, source)
            (self.image, self.mask, self.softLabel, self.record) = (image, mask, softLabel, record)
        }
    }

    package struct Category: Sendable {
        /// As in the data set.
        package var name: String
        package var folder: String
        /// Grouped by what they are: normal, synthetic by kind, real by kind.
        package var pictures: [Picture]

        /// - Parameter folder: names folders, the category's and its kinds'.
        package init(name: String, pictures: [Picture], folder: (String) -> String) {
            (self.name, self.folder, self.pictures) = (name, folder(name), pictures)
            var taken: Set<String> = [ExportSet.good]
            var folders: [KindOfOrigin: String] = [:]
            for (index, picture) in pictures.enumerated() {
                guard let kind = picture.kind else { continue }
                let key = KindOfOrigin(kind: kind, isReal: picture.origin == .real)
                if folders[key] == nil {
                    folders[key] = ExportSet.unused((key.isReal ? "real_" : "") + folder(kind), &taken)
                }
                self.pictures[index].folder = folders[key] ?? kind
            }
        }

        package func count(_ isCounted: (Picture) -> Bool) -> Int { pictures.count(where: isCounted) }
    }

    private struct KindOfOrigin: Hashable {
        var kind: String
        var isReal: Bool
    }

    /// The folder of normal pictures.
    package static let good = "good"

    package var categories: [Category]
    /// Whether the pictures were made from these normals; if not, the normals only accompany them.
    package var isDrawnOnNormals: Bool

    package init(categories: [Category], isDrawnOnNormals: Bool) {
        (self.categories, self.isDrawnOnNormals) = (categories, isDrawnOnNormals)
    }

    /// Letters, digits, `_` and `-`: what every reader takes.
    package static func plainFolder(_ name: String) -> String { ExportNames.folder(name) }

    /// A folder's name that no other kind has, in upper or lower case: `bent`, `bent_2`, …; `good_anomaly` for `good`.
    private static func unused(_ name: String, _ taken: inout Set<String>) -> String {
        let wanted = ExportNames.defect(name)
        var found = wanted, number = 2
        while !taken.insert(found.lowercased()).inserted {
            found = "\(wanted)_\(number)"
            number += 1
        }
        return found
    }
}

extension ExportSet {
    /// A picture with its place in the set.
    package struct Numbered: Sendable {
        package var category: Category
        package var picture: Picture
        /// From 0 on among the pictures of its group, in digits of one width.
        package var number: String
    }

    /// The kinds of damage, in the order of their first pictures: synthetic ones of all categories, then real ones.
    package var kinds: [String] {
        var kinds: [String] = [], seen: Set<String> = []
        for origin in [Origin.synthetic, .real] {
            for category in categories {
                for picture in category.pictures where picture.origin == origin {
                    if let kind = picture.kind, seen.insert(kind).inserted { kinds.append(kind) }
                }
            }
        }
        return kinds
    }

    /// Calls `body` with each picture. Numbers run within the category's pictures of one group, and all have as many
    /// digits: three, or more where a group needs more.
    func forEach(groupedBy group: (Picture) -> String, _ body: (Numbered) throws -> Void) rethrows {
        var largest = 0
        for category in categories {
            var counts: [String: Int] = [:]
            for picture in category.pictures { counts[group(picture), default: 0] += 1 }
            largest = max(largest, counts.values.max() ?? 0)
        }
        let names = ExportNames(largestFolder: largest)
        for category in categories {
            // Without its pictures, which each of the numbered would hold on to.
            var bare = category
            bare.pictures = []
            var next: [String: Int] = [:]
            for picture in category.pictures {
                let key = group(picture), index = next[key, default: 0]
                next[key] = index + 1
                try body(Numbered(category: bare, picture: picture, number: names.number(index)))
            }
        }
    }
}
