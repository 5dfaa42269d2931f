import Foundation
import HubServer
import ModelHub
import ParameterKit
import StageKit
import Testing

@Suite struct FetchTests {
    private static let unet = "unet/diffusion_pytorch_model.safetensors"

    @Test func bringsWhatIsNeededAndNothingElse() throws {
        let fetching = try Fetching()
        #expect(try fetching.fetch() == (12, 0))
        #expect(
            fetching.names == [
                "README.md", "LICENSE", "model_index.json", "scheduler/scheduler_config.json", "tokenizer/vocab.json",
                "tokenizer/merges.txt", "text_encoder/config.json", "text_encoder/model.safetensors",
                "unet/config.json",
                Self.unet, "vae/config.json", "vae/diffusion_pytorch_model.safetensors", "flawsmith.json",
            ])
        for name in fetching.names where name != "flawsmith.json" {
            #expect(fetching.bytes(name) == FakeHub.pipeline[name])
        }
        let card = try JSONValue(parsing: Data(contentsOf: fetching.folder.appendingPathComponent("flawsmith.json")))
        #expect(card["license"] == "openrail")
        #expect(card["source"]?["commit"] == .string(FakeHub.commit))
        #expect(card["files"]?[Self.unet]?["sha256"] == .string(FakeHub.sha256(FakeHub.pipeline[Self.unet] ?? [])))
    }

    @Test func whatIsThereIsNotFetchedAgain() throws {
        let fetching = try Fetching()
        _ = try fetching.fetch()
        let before = fetching.server.requests.count
        #expect(try fetching.fetch() == (0, 12))
        #expect(fetching.server.requests.count == before + 2)
    }

    @Test func aDamagedFileOfOursIsFetchedAnewAndSaid() throws {
        let fetching = try Fetching()
        _ = try fetching.fetch()
        try Data("spoilt".utf8).write(to: fetching.folder.appendingPathComponent(Self.unet))
        #expect(try fetching.fetch() == (1, 11))
        #expect(fetching.bytes(Self.unet) == FakeHub.pipeline[Self.unet])
        #expect(fetching.notices.contains { $0.contains("fetched anew") })
    }

    @Test func aFileOfSomebodyElsesIsNotReplaced() throws {
        let fetching = try Fetching()
        let mine = fetching.folder.appendingPathComponent("model_index.json")
        try FileManager.default.createDirectory(at: fetching.folder, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: mine)
        #expect(fetching.failure { _ = try fetching.fetch() }?.status == .cannotCreate)
        #expect(try Data(contentsOf: mine) == Data("mine".utf8))
    }

    @Test func anotherModelsFolderIsRefused() throws {
        let fetching = try Fetching()
        try FileManager.default.createDirectory(at: fetching.folder, withIntermediateDirectories: true)
        try Data(#"{"license":"mine"}"#.utf8).write(to: fetching.folder.appendingPathComponent("flawsmith.json"))
        #expect(fetching.failure { _ = try fetching.fetch() }?.status == .cannotCreate)
        #expect(fetching.names == ["flawsmith.json"])
    }

    @Test func halfPrecisionWhereThereIsAny() throws {
        let fetching = try Fetching()
        _ = try fetching.fetch(half: true)
        #expect(fetching.bytes("unet/diffusion_pytorch_model.fp16.safetensors")?.count == 100_000)
        #expect(fetching.bytes(Self.unet) == nil)
        #expect(fetching.bytes("vae/diffusion_pytorch_model.safetensors")?.count == 4000)
    }

    @Test func aConnectionThatBreaksGoesOnWhereItWas() throws {
        var hub = FakeHub()
        hub.deviation = { request in
            guard request.path.hasSuffix(Self.unet), let whole = FakeHub.pipeline[Self.unet] else { return nil }
            guard case .send(let bytes)? = FakeHub.serve(whole, to: request).last, bytes.count > 60_000 else {
                return nil
            }
            var steps = FakeHub.serve(whole, to: request)
            steps.removeLast()
            // Half a connection, ended or torn down in turns.
            return steps + [.send(Array(bytes.prefix(50_000)))] + (request.earlier % 2 == 0 ? [] : [.reset])
        }
        let fetching = try Fetching(hub)
        _ = try fetching.fetch()
        #expect(fetching.bytes(Self.unet) == FakeHub.pipeline[Self.unet])
        let requests = fetching.requests(for: Self.unet)
        #expect(requests.count >= 4)
        #expect(requests.dropFirst().allSatisfy { $0.headers["range"] != nil && $0.headers["if-range"] != nil })
        #expect(!fetching.names.contains { $0.hasSuffix(".part") || $0.hasSuffix(".part.json") })
    }

    @Test func aSilentServerIsLeft() throws {
        var hub = FakeHub()
        hub.deviation = { request in
            guard request.path.hasSuffix(Self.unet), request.earlier == 0, let whole = FakeHub.pipeline[Self.unet]
            else {
                return nil
            }
            return [
                .text("HTTP/1.1 200 OK\r\nContent-Length: \(whole.count)\r\n\r\n"), .send(Array(whole.prefix(70_000))),
                .stall,
            ]
        }
        let fetching = try Fetching(hub)
        _ = try fetching.fetch(silence: .milliseconds(300))
        #expect(fetching.bytes(Self.unet) == FakeHub.pipeline[Self.unet])
        #expect(fetching.requests(for: Self.unet).map { $0.headers["range"] } == [nil, "bytes=70000-"])
    }

    @Test func aServerThatStaysSilentIsTemporary() throws {
        var hub = FakeHub()
        hub.deviation = { $0.path.hasSuffix(Self.unet) ? [.stall] : nil }
        let fetching = try Fetching(hub)
        #expect(fetching.failure { _ = try fetching.fetch(silence: .milliseconds(100)) }?.status == .busy)
        #expect(fetching.bytes("vae/diffusion_pytorch_model.safetensors")?.count == 4000)
        #expect(fetching.bytes(Self.unet) == nil)
    }

    /// As after a kill: an earlier process's bytes are there, whole or damaged.
    @Test(arguments: [false, true]) func theNextProcessGoesOn(damaged: Bool) throws {
        let fetching = try Fetching()
        let part = fetching.folder.appendingPathComponent("unet/.diffusion_pytorch_model.safetensors.part")
        try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
        let whole = FakeHub.pipeline[Self.unet] ?? []
        let left = damaged ? Array(repeating: UInt8(0), count: 50_000) : Array(whole.prefix(50_000))
        try Data(left).write(to: part)
        try Data(#"{"file":{"digests":["\#(FakeHub.sha256(whole))"],"size":200000}}"#.utf8).write(
            to: part.appendingPathExtension("json"))
        _ = try fetching.fetch()
        #expect(fetching.bytes(Self.unet) == whole)
        let ranges = fetching.requests(for: Self.unet).map { $0.headers["range"] }
        #expect(ranges == (damaged ? ["bytes=50000-", nil] : ["bytes=50000-"]))
    }

    @Test func whatIsLeftOfAnotherFileIsThrownAway() throws {
        let fetching = try Fetching()
        let part = fetching.folder.appendingPathComponent("unet/.diffusion_pytorch_model.safetensors.part")
        try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(count: 50_000).write(to: part)
        _ = try fetching.fetch()
        #expect(fetching.requests(for: Self.unet).map { $0.headers["range"] } == [nil])
        #expect(fetching.bytes(Self.unet) == FakeHub.pipeline[Self.unet])
    }

    @Test func aServerThatKnowsNoPartsBeginsAnew() throws {
        var hub = FakeHub()
        hub.deviation = { request in
            guard request.path.hasSuffix(Self.unet), let whole = FakeHub.pipeline[Self.unet] else { return nil }
            let head = LoopbackServer.Step.text("HTTP/1.1 200 OK\r\nContent-Length: \(whole.count)\r\n\r\n")
            return request.earlier == 0 ? [head, .send(Array(whole.prefix(50_000)))] : [head, .send(whole)]
        }
        let fetching = try Fetching(hub)
        _ = try fetching.fetch()
        #expect(fetching.bytes(Self.unet) == FakeHub.pipeline[Self.unet])
        #expect(fetching.notices.contains { $0.contains("begins anew") })
    }

    @Test func aPartThatWasNotAskedForIsNotTaken() throws {
        var hub = FakeHub()
        hub.deviation = { request in
            guard request.path.hasSuffix(Self.unet), let whole = FakeHub.pipeline[Self.unet] else { return nil }
            switch request.earlier {
            case 0:
                return [
                    .text("HTTP/1.1 200 OK\r\nContent-Length: \(whole.count)\r\n\r\n"),
                    .send(Array(whole.prefix(50_000))),
                ]
            case 1:
                return FakeHub.answer(206, Array(whole[60_000...]), "Content-Range: bytes 60000-199999/200000\r\n")
            default: return nil
            }
        }
        let fetching = try Fetching(hub)
        _ = try fetching.fetch()
        #expect(fetching.bytes(Self.unet) == FakeHub.pipeline[Self.unet])
    }
}
