package import Foundation

/// The folder `Output/`: everything Flawsmith remembers (layout: `Output/README.md`).
package struct ArtifactStore: Sendable {
    package let root: URL

    package init(root: URL) {
        self.root = root.standardizedFileURL
    }

    package var objects: URL { root.child("objects") }
    package var units: URL { root.child("units") }
    package var runs: URL { root.child("runs") }
    package var cache: URL { root.child("cache") }
    package var exports: URL { root.child("exports") }
    package var comparisons: URL { root.child("comparisons") }

    package func object(_ identity: ObjectIdentity) -> StoredObject {
        StoredObject(name: identity.name, folder: objects.child(identity.name))
    }

    package func object(named name: String) -> StoredObject {
        StoredObject(name: name, folder: objects.child(name))
    }

    package func unit(_ id: String) -> PooledUnit {
        PooledUnit(id: id, folder: units.child("\(id.prefix(2))/\(id)"))
    }
}
