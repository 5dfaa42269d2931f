import Foundation
import Glibc
import HubServer
import ModelHub
import StageKit
import Testing

@Suite struct MisbehaviourTests {
    private static let vae = "vae/diffusion_pytorch_model.safetensors"

    private func outcome(_ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step]?) throws -> (
        Failure?, Fetching
    ) {
        var hub = FakeHub()
        hub.deviation = { $0.path.hasSuffix(Self.vae) ? answer($0) : nil }
        let fetching = try Fetching(hub)
        return (fetching.failure { _ = try fetching.fetch() }, fetching)
    }

    private func expectNothing(_ fetching: Fetching) {
        #expect(fetching.bytes(Self.vae) == nil)
        #expect(fetching.bytes("flawsmith.json") == nil)
    }

    @Test func wrongBytesAreRefusedAndNotKept() throws {
        let (failure, fetching) = try outcome { _ in FakeHub.answer(200, FakeHub.bytes(4000, 99)) }
        #expect(failure?.status == .badData)
        #expect(failure?.message.contains(FakeHub.sha256(FakeHub.pipeline[Self.vae] ?? [])) ?? false)
        expectNothing(fetching)
        #expect(!fetching.names.contains { $0.hasSuffix(".part") })
    }

    @Test(arguments: [3999, 4001, 0]) func aWrongLengthIsNoticedBeforeTheBytes(length: Int) throws {
        let (failure, fetching) = try outcome { _ in FakeHub.answer(200, FakeHub.bytes(length, 6)) }
        #expect(failure?.status == .badData)
        #expect(failure?.message.contains("\(length) bytes") ?? false)
        expectNothing(fetching)
    }

    @Test func moreThanWasAnnouncedIsNotTaken() throws {
        let (failure, fetching) = try outcome { _ in
            [.text("HTTP/1.1 200 OK\r\n\r\n"), .send(FakeHub.bytes(1_000_000, 6))]
        }
        #expect(failure?.status == .badData)
        expectNothing(fetching)
    }

    @Test func lessThanWasAnnouncedIsAskedForAgain() throws {
        let (failure, fetching) = try outcome { request in
            request.earlier > 0
                ? nil : [.text("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"), .send(FakeHub.bytes(1000, 6))]
        }
        #expect(failure == nil)
        #expect(fetching.bytes(Self.vae) == FakeHub.pipeline[Self.vae])
    }

    @Test func anEndlessSupplyOfNothingComesToAnEnd() throws {
        let (failure, fetching) = try outcome { _ in [.text("HTTP/1.1 200 OK\r\n\r\n")] }
        #expect(failure?.status == .badData)
        #expect(fetching.requests(for: Self.vae).count == 3)
    }

    @Test func aWebPageIsCalledOne() throws {
        let page = Array("<!DOCTYPE html><html><body>Log in</body></html>".utf8)
        let (counted, _) = try outcome { _ in FakeHub.answer(200, page, "Content-Type: text/html\r\n") }
        #expect(counted?.status == .badData)
        #expect(counted?.message.contains("web page") ?? false)
        let (uncounted, _) = try outcome { _ in [.text("HTTP/1.1 200 OK\r\n\r\n"), .send(page)] }
        #expect(uncounted?.status == .badData)
        #expect(uncounted?.message.contains("web page") ?? false)
    }

    @Test func aLoginPageInPlaceOfTheListIsCalledOne() throws {
        var hub = FakeHub()
        hub.deviation = { _ in FakeHub.answer(200, Array("<html>Log in</html>".utf8)) }
        let fetching = try Fetching(hub)
        let failure = fetching.failure { _ = try fetching.fetch() }
        #expect(failure?.status == .badData)
        #expect(failure?.message.contains("web page") ?? false)
    }

    @Test func whatIsNotHTTPIsRefused() throws {
        let (failure, _) = try outcome { _ in [.text("SSH-2.0-OpenSSH\r\n\r\n")] }
        #expect(failure?.status == .unavailable)
    }

    @Test(arguments: [(401, 69), (403, 69), (404, 66), (418, 69)])
    func refusalsAreFinal(status: Int, expected: Int32) throws {
        let (failure, fetching) = try outcome { _ in FakeHub.answer(status, Array(#"{"error":"Rea\u001bson"}"#.utf8)) }
        #expect(failure?.status.rawValue == expected)
        #expect(failure?.message.contains("Reason") ?? false)
        #expect(fetching.requests(for: Self.vae).count == 1)
    }

    @Test func agreementsAreAskedFor() throws {
        let (failure, _) = try outcome { _ in FakeHub.answer(403, [], "X-Error-Code: GatedRepo\r\n") }
        #expect(failure?.status == .unavailable)
        #expect(failure?.remedy?.contains("HF_TOKEN") ?? false)
        #expect(failure?.remedy?.contains("Agree") ?? false)
    }

    @Test(arguments: [(429, "0"), (500, "0"), (503, "Wed, 21 Oct 2015 07:28:00 GMT")])
    func aBusyHubIsAskedAgain(status: Int, wait: String) throws {
        let (failure, fetching) = try outcome { request in
            request.earlier > 1 ? nil : FakeHub.answer(status, [], "Retry-After: \(wait)\r\n")
        }
        #expect(failure == nil)
        #expect(fetching.requests(for: Self.vae).count == 3)
    }

    @Test func aHubThatStaysBusyIsTemporary() throws {
        let (failure, fetching) = try outcome { _ in FakeHub.answer(503, []) }
        #expect(failure?.status == .busy)
        #expect(fetching.requests(for: Self.vae).count == 3)
    }

    @Test func aLongWaitIsLeftToTheUser() throws {
        let (failure, fetching) = try outcome { _ in FakeHub.answer(429, [], "Retry-After: 86400\r\n") }
        #expect(failure?.status == .busy)
        #expect(failure?.remedy?.contains("86400 s") ?? false)
        #expect(fetching.requests(for: Self.vae).count == 1)
    }

    @Test func aRepositoryThatIsNotThere() throws {
        let fetching = try Fetching()
        #expect(fetching.failure { _ = try fetching.fetch("no/body") }?.status == .inputMissing)
        for name in ["nobody", "a/b/c", "../x", "a/..", "a b/c", "/x", "x/"] {
            #expect(fetching.failure { _ = try fetching.fetch(name) }?.status == .usage, "\(name)")
        }
    }

    @Test func nobodyThere() throws {
        let fetching = try Fetching()
        fetching.server.stop()
        #expect(fetching.failure { _ = try fetching.fetch() }?.status == .unavailable)
    }

    @Test func twoAtOnce() throws {
        var hub = FakeHub()
        hub.deviation = { $0.path.hasSuffix(Self.vae) ? [.stall] : nil }
        let fetching = try Fetching(hub)
        // The file of a process that has it open and locked.
        let part = fetching.folder.appendingPathComponent("vae/.diffusion_pytorch_model.safetensors.part")
        try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data().write(to: part)
        let handle = try FileHandle(forUpdating: part)
        #expect(flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
        #expect(fetching.failure { _ = try fetching.fetch() }?.status == .busy)
        try handle.close()
    }

    @Test func aHubThatContradictsItself() throws {
        var hub = FakeHub()
        hub.deviation = { request in
            guard request.path.hasSuffix(Self.vae), request.path.contains("/resolve/") else { return nil }
            return [
                .text(
                    "HTTP/1.1 302 Found\r\nLocation: /store/\(Self.vae)\r\nX-Linked-Etag: \"\(String(repeating: "a", count: 64))\"\r\nContent-Length: 0\r\n\r\n"
                )
            ]
        }
        let fetching = try Fetching(hub)
        let failure = fetching.failure { _ = try fetching.fetch() }
        #expect(failure?.status == .badData)
        #expect(failure?.message.contains("contradicts") ?? false)
        #expect(fetching.bytes(Self.vae) == nil)
    }

    @Test func pathsThatLeadOutAreNotTaken() throws {
        var hub = FakeHub()
        hub.files["../LICENSE"] = Array("out".utf8)
        hub.files["tokenizer/../../vocab.json"] = Array("out".utf8)
        let fetching = try Fetching(hub)
        _ = try fetching.fetch()
        #expect(!fetching.server.requests.contains { $0.target.contains("..") })
    }
}
