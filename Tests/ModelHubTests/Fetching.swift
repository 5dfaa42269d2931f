import Foundation
import HubServer
import ModelHub
import StageKit
import Synchronization

/// A hub on loopback, a folder, and a client that doesn't wait long.
final class Fetching: Sendable {
    let server: LoopbackServer
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flawsmith-hub-\(UUID().uuidString)")
    private let said = Mutex<[String]>([])

    init(_ hub: FakeHub = FakeHub()) throws { server = try LoopbackServer(script: hub.script) }

    deinit {
        server.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    var notices: [String] { said.withLock { $0 } }

    func client(_ environment: [String: String] = [:], silence: Duration = .seconds(20)) throws -> HubClient {
        let own = ["HF_ENDPOINT": "http://127.0.0.1:\(server.port)"]
        var persistence = HubClient.Persistence()
        (persistence.tries, persistence.pause) = (3, .milliseconds(1))
        return HubClient(
            try HubSettings(environment: own.merging(environment) { $1 }), persistence: persistence, silence: silence
        ) { [weak self] text in self?.said.withLock { $0.append(text) } }
    }

    func fetch(
        _ model: String = FakeHub.repository, _ environment: [String: String] = [:], half: Bool = false,
        silence: Duration = .seconds(20)
    ) throws -> (fetched: Int, there: Int) {
        let fetch = ModelFetch(
            model, revision: nil, folder: folder.path, half: half, client: try client(environment, silence: silence))
        return try fetch.fetch(fetch.offer(), events: Silent())
    }

    /// The status of the failure that `body` ends in; nil: it doesn't fail so.
    func failure(_ body: () throws -> Void) -> Failure? {
        do {
            try body()
            return nil
        } catch {
            return error as? Failure
        }
    }

    func bytes(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: folder.appendingPathComponent(path))).map(Array.init)
    }

    /// All files below the folder, hidden ones too.
    var names: Set<String> {
        Set(
            (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []).filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(
                    atPath: folder.appendingPathComponent($0).path, isDirectory: &isFolder) && !isFolder.boolValue
            })
    }

    func requests(for path: String) -> [LoopbackServer.Request] {
        server.requests.filter { $0.path.hasSuffix("/\(path)") && $0.path.contains("/resolve/") }
    }
}

struct Silent: ModelFetch.Events {
    func progress(_ path: String, done: Int, of total: Int, fetched: Int) {}
    func finished(_ path: String, wasThere: Bool) {}
}
