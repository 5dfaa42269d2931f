/// What finished objects hold, each read once a run: an object is up to date only while its inputs hold what they held
/// when it was made.
final class ObjectContents {
    private let store: ArtifactStore
    private var known: [String: String] = [:]

    init(store: ArtifactStore) { self.store = store }

    /// The object was made again.
    func forget(_ name: String) { known[name] = nil }

    func learn(_ name: String, _ done: DoneRecord) { known[name] = done.contentDigest }

    /// Role → what the input holds, of those that are done.
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
