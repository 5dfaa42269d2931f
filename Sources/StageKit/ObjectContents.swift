/// The content digests of finished objects, each read once a run. An object is up to date only if its inputs have the
/// same contents as when it was made.
final class ObjectContents {
    private let store: ArtifactStore
    private var known: [String: String] = [:]

    init(store: ArtifactStore) { self.store = store }

    /// Forgets an object that was made again.
    func forget(_ name: String) { known[name] = nil }

    func learn(_ name: String, _ done: DoneRecord) { known[name] = done.contentDigest }

    /// Role → content digest of the input, for finished inputs.
    func digests(of job: Job, objects: [JobKey: String]) throws(Failure) -> [String: String] {
        var digests: [String: String] = [:]
        for (role, key) in job.inputs {
            guard let name = objects[key] else { continue }
            digests[role] = try digest(name)
        }
        return digests
    }

    /// nil where it isn't done.
    func digest(_ name: String) throws(Failure) -> String? {
        if let digest = known[name] { return digest }
        let object = store.object(named: name)
        guard object.isDone, let digest = try object.contentDigest() else { return nil }
        known[name] = digest
        return digest
    }
}
