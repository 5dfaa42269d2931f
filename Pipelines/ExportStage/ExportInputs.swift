package import StageKit

/// Finished objects that an export is made from: per category the roles `ingest:<category>`, `sample:<category>`,
/// `generate:<category>`.
package struct ExportInputs: Sendable {
    package let store: ArtifactStore
    private let objects: [String: StoredObject]

    package init(_ objects: [String: StoredObject], store: ArtifactStore) {
        (self.objects, self.store) = (objects, store)
    }

    /// - Throws: `Failure` 70 for a role that isn't there.
    func callAsFunction(_ role: String) throws(Failure) -> StoredObject {
        guard let object = objects[role] else { throw Failure(.internalError, "the export has no input \(role)") }
        return object
    }
}
