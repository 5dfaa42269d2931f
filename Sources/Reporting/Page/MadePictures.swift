/// The synthetic pictures that a page shows: of each category a few, and how guidance went.
package struct MadePictures: Sendable {
    package struct Picture: Sendable {
        /// Of the unit that holds the picture.
        package var id: String
        package var kind: String
        /// Id of the photo it was made from; nil for a picture made elsewhere.
        package var source: String?
        package var photo: EmbeddedPicture?
        package var image: EmbeddedPicture
        package var soft: EmbeddedPicture
        package var mask: EmbeddedPicture
        /// What else the enlarged view says.
        package var facts: [(name: String, value: String)]

        package init(
            id: String, kind: String, source: String?, photo: EmbeddedPicture?, image: EmbeddedPicture,
            soft: EmbeddedPicture, mask: EmbeddedPicture, facts: [(name: String, value: String)]
        ) {
            (self.id, self.kind, self.source, self.photo) = (id, kind, source, photo)
            (self.image, self.soft, self.mask, self.facts) = (image, soft, mask, facts)
        }
    }

    package struct Category: Sendable {
        package var name: String
        /// How many pictures there are, shown or not.
        package var total: Int
        package var pictures: [Picture]
        /// Of the first ``MadePictures/traceLimit`` pictures at most, evenly spread.
        package var traces: [GuidanceTrace]

        package init(name: String, total: Int, pictures: [Picture], traces: [GuidanceTrace]) {
            (self.name, self.total, self.pictures, self.traces) = (name, total, pictures, traces)
        }
    }

    /// Which sample they are of: "1-shot, seed 0".
    package var sample: String
    package var categories: [Category]
    /// Synthetic pictures of all shot counts and seeds together; a picture that several share counts for each.
    package var total: Int

    package init(sample: String, categories: [Category], total: Int) {
        (self.sample, self.categories, self.total) = (sample, categories, total)
    }

    /// In the order in which they appear.
    var kinds: [String] {
        categories.flatMap(\.pictures).reduce(into: []) { if !$0.contains($1.kind) { $0.append($1.kind) } }
    }
}

extension MadePictures {
    /// Traces drawn for a category: enough to see the spread.
    package static let traceLimit = 60
    /// Pictures shown of a category, at most.
    package static let pictureLimit = 12
    /// Pictures shown on a page, at most, but one of each category: about 40 KB each with photo and labels.
    private static let pageLimit = 240

    /// Pictures shown of each of so many categories.
    package static func limit(categories: Int) -> Int {
        max(1, min(pictureLimit, pageLimit / max(1, categories)))
    }

    /// Places of the pictures to show: from each kind about equally many, evenly spread over its pictures, in order.
    ///
    /// - Parameter kinds: of all pictures.
    package static func choice(kinds: [String], limit: Int) -> [Int] {
        var names: [String] = []
        var places: [String: [Int]] = [:]
        for (place, kind) in kinds.enumerated() {
            if places[kind] == nil { names.append(kind) }
            places[kind, default: []].append(place)
        }
        var shares = [Int](repeating: 0, count: names.count)
        var left = min(limit, kinds.count)
        while left > 0 {
            for (index, name) in names.enumerated() where left > 0 && shares[index] < (places[name]?.count ?? 0) {
                shares[index] += 1
                left -= 1
            }
        }
        return zip(names, shares).flatMap { name, share in spread(places[name] ?? [], share) }.sorted()
    }

    /// So many of them, evenly spread, the first among them.
    package static func spread<Item>(_ items: [Item], _ count: Int) -> [Item] {
        guard count < items.count else { return items }
        return (0..<count).map { items[$0 * items.count / count] }
    }
}
