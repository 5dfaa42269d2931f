package import Foundation

/// The folder `Output/`: everything Flawsmith remembers (layout: `Output/README.md`).
package struct ArtifactStore: Sendable {
    package let root: URL

    package init(root: URL) {
        self.root = root.standardizedFileURL
    }

    package var objects: URL { root.appendingPathComponent("objects") }
    package var units: URL { root.appendingPathComponent("units") }
    package var runs: URL { root.appendingPathComponent("runs") }
    package var cache: URL { root.appendingPathComponent("cache") }
    package var exports: URL { root.appendingPathComponent("exports") }
    package var comparisons: URL { root.appendingPathComponent("comparisons") }

    package func object(_ identity: ObjectIdentity) -> StoredObject {
        StoredObject(name: identity.name, folder: objects.appendingPathComponent(identity.name))
    }

    package func object(named name: String) -> StoredObject {
        StoredObject(name: name, folder: objects.appendingPathComponent(name))
    }

    package func unit(_ id: String) -> PooledUnit {
        PooledUnit(id: id, folder: units.appendingPathComponent("\(id.prefix(2))/\(id)"))
    }
}
