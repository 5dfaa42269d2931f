import Foundation
import HubServer
import ModelHub
import StageKit
import Testing

/// Redirects, tokens, proxies, certificates.
@Suite struct ConnectionTests {
    private static let large = [
        "text_encoder/model.safetensors", "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ]

    @Test func theTokenStaysWithTheHub() throws {
        let store = try LoopbackServer(script: FakeHub().script)
        defer { store.stop() }
        var hub = FakeHub()
        // Another port and another name of this machine.
        hub.store = "http://localhost:\(store.port)"
        let fetching = try Fetching(hub)
        _ = try fetching.fetch(FakeHub.repository, ["HF_TOKEN": "hf_secret"])
        #expect(fetching.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(Set(store.requests.map(\.path)) == Set(Self.large.map { "/store/\($0)" }))
        #expect(store.requests.allSatisfy { request in !request.headers.values.contains { $0.contains("secret") } })
    }

    @Test func anotherPortIsAnotherHost() throws {
        let store = try LoopbackServer(script: FakeHub().script)
        defer { store.stop() }
        var hub = FakeHub()
        hub.store = "http://127.0.0.1:\(store.port)"
        let fetching = try Fetching(hub)
        _ = try fetching.fetch(FakeHub.repository, ["HF_TOKEN": "hf_secret"])
        #expect(store.requests.count == 3)
        #expect(store.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func aRedirectWithinTheHubKeepsTheToken() throws {
        var hub = FakeHub()
        hub.store = ""
        let fetching = try Fetching(hub)
        _ = try fetching.fetch(FakeHub.repository, ["HF_TOKEN": "hf_secret"])
        let stored = fetching.server.requests.filter { $0.path.hasPrefix("/store/") }
        #expect(stored.count == 3)
        #expect(stored.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    }

    @Test func aBreakBehindARedirectGoesOnThere() throws {
        let unet = Self.large[1]
        var store = FakeHub()
        store.deviation = { request in
            guard request.path.hasSuffix(unet), request.headers["range"] == nil, let whole = FakeHub.pipeline[unet]
            else {
                return nil
            }
            var steps = FakeHub.serve(whole, to: request)
            steps.removeLast()
            return steps + [.send(Array(whole.prefix(80_000)))]
        }
        let server = try LoopbackServer(script: store.script)
        defer { server.stop() }
        var hub = FakeHub()
        hub.store = "http://localhost:\(server.port)"
        let fetching = try Fetching(hub)
        _ = try fetching.fetch()
        #expect(fetching.bytes(unet) == FakeHub.pipeline[unet])
        let requests = server.requests.filter { $0.path.hasSuffix(unet) }
        #expect(requests.map { $0.headers["range"] } == [nil, "bytes=80000-"])
        #expect(requests.last?.headers["if-range"] != nil)
        // The signed address may have run out meanwhile: the hub is asked for it anew.
        #expect(fetching.requests(for: unet).count == 2)
    }

    @Test(arguments: ["/loop", "", "ftp://127.0.0.1/x", "http://"]) func redirectsThatLeadNowhere(location: String)
        throws
    {
        var hub = FakeHub()
        hub.deviation = { request in
            request.path.contains("/resolve/") || request.path == "/loop"
                ? [.text("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")] : nil
        }
        let fetching = try Fetching(hub)
        #expect(fetching.failure { _ = try fetching.fetch() }?.status == .unavailable)
        #expect(fetching.server.requests.count < 30)
    }

    @Test func pagesOfTheListAreRead() throws {
        let paged = FakeHub()
        var hub = FakeHub(files: ["model_index.json": []])
        let tree = "/api/models/\(FakeHub.repository)/tree/\(FakeHub.commit)"
        hub.deviation = { request in
            guard request.target == "\(tree)?recursive=1" else {
                return request.path.hasPrefix("/api/") && request.path != tree ? nil : paged.script(request)
            }
            return FakeHub.answer(200, Array("[]".utf8), "Link: <\(tree)?recursive=1&cursor=2>; rel=\"next\"\r\n")
        }
        let fetching = try Fetching(hub)
        #expect(try fetching.fetch().fetched == 12)
    }

    // MARK: - TLS

    private func encrypted(_ hub: FakeHub = FakeHub(), tunnels: Bool = false) throws -> LoopbackServer {
        try LoopbackServer(encrypted: !tunnels, tunnels: tunnels, script: hub.script)
    }

    @Test(arguments: ["localhost", "127.0.0.1"]) func aCertificateThatIsTrusted(host: String) throws {
        let server = try encrypted()
        defer { server.stop() }
        let fetching = try Fetching()
        #expect(
            try fetching.fetch(
                FakeHub.repository,
                ["HF_ENDPOINT": "https://\(host):\(server.port)", "SSL_CERT_FILE": LoopbackServer.certificate]
            ).fetched == 12)
        #expect(fetching.server.requests.isEmpty)
    }

    @Test func aCertificateThatNobodyKnows() throws {
        let server = try encrypted()
        defer { server.stop() }
        let fetching = try Fetching()
        let failure = fetching.failure {
            _ = try fetching.fetch(FakeHub.repository, ["HF_ENDPOINT": "https://localhost:\(server.port)"])
        }
        #expect(failure?.status == .unavailable)
        #expect(failure?.remedy?.contains("SSL_CERT_FILE") ?? false)
        #expect(server.requests.isEmpty)
    }

    @Test func anOpenServerWhereAnEncryptedOneIsDue() throws {
        let fetching = try Fetching()
        let failure = fetching.failure {
            _ = try fetching.fetch(
                FakeHub.repository,
                [
                    "HF_ENDPOINT": "https://localhost:\(fetching.server.port)",
                    "SSL_CERT_FILE": LoopbackServer.certificate,
                ])
        }
        #expect(failure?.status == .unavailable)
    }

    @Test func fromAnEncryptedConnectionNoWayLeadsToAnOpenOne() throws {
        let store = try LoopbackServer(script: FakeHub().script)
        defer { store.stop() }
        var hub = FakeHub()
        hub.store = "http://localhost:\(store.port)"
        let server = try encrypted(hub)
        defer { server.stop() }
        let fetching = try Fetching()
        let failure = fetching.failure {
            _ = try fetching.fetch(
                FakeHub.repository,
                ["HF_ENDPOINT": "https://localhost:\(server.port)", "SSL_CERT_FILE": LoopbackServer.certificate])
        }
        #expect(failure?.status == .unavailable)
        #expect(store.requests.isEmpty)
    }

    // MARK: - Proxies

    @Test func anOpenConnectionThroughAProxy() throws {
        let hub = FakeHub()
        let proxy = try LoopbackServer { request in
            var inner = hub
            inner.deviation = { _ in nil }
            let path = request.target.replacingOccurrences(of: "http://hub.invalid", with: "")
            return inner.script(
                LoopbackServer.Request(method: request.method, target: path, headers: request.headers, earlier: 0))
        }
        defer { proxy.stop() }
        let fetching = try Fetching()
        _ = try fetching.fetch(
            FakeHub.repository,
            [
                "HF_ENDPOINT": "http://hub.invalid", "http_proxy": "http://me:word@127.0.0.1:\(proxy.port)",
                "HF_TOKEN": "hf_secret",
            ])
        #expect(proxy.requests.allSatisfy { $0.target.hasPrefix("http://hub.invalid/") })
        #expect(proxy.requests.allSatisfy { $0.headers["proxy-authorization"] == "Basic bWU6d29yZA==" })
        // Nor does a token travel unencrypted.
        #expect(proxy.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func anEncryptedConnectionThroughAProxy() throws {
        let proxy = try encrypted(tunnels: true)
        defer { proxy.stop() }
        let fetching = try Fetching()
        let environment = [
            "HF_ENDPOINT": "https://localhost:9", "HTTPS_PROXY": "http://me:word@127.0.0.1:\(proxy.port)",
            "SSL_CERT_FILE": LoopbackServer.certificate, "HF_TOKEN": "hf_secret",
        ]
        #expect(try fetching.fetch(FakeHub.repository, environment).fetched == 12)
        let asked = proxy.requests.filter { $0.method == "CONNECT" }
        #expect(asked.allSatisfy { $0.target == "localhost:9" && $0.headers["authorization"] == nil })
        #expect(asked.allSatisfy { $0.headers["proxy-authorization"] == "Basic bWU6d29yZA==" })
        #expect(
            proxy.requests.filter { $0.method == "GET" }.allSatisfy {
                $0.headers["authorization"] == "Bearer hf_secret"
            })
    }

    @Test func aProxyThatRefuses() throws {
        let proxy = try LoopbackServer { _ in FakeHub.answer(407, []) }
        defer { proxy.stop() }
        let fetching = try Fetching()
        let failure = fetching.failure {
            _ = try fetching.fetch(
                FakeHub.repository,
                ["HF_ENDPOINT": "https://localhost:9", "HTTPS_PROXY": "127.0.0.1:\(proxy.port)"])
        }
        #expect(failure?.status == .unavailable)
        #expect(failure?.message.contains("password") ?? false)
    }

    @Test func exceptionsGoWithoutTheProxy() throws {
        let fetching = try Fetching()
        _ = try fetching.fetch(FakeHub.repository, ["HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"])
        #expect(fetching.server.requests.count == 14)
    }
}
