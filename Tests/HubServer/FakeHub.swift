import Crypto
import Foundation

/// A hub with one repository, as a script for a `LoopbackServer`. What it does wrong, a test says.
package struct FakeHub: Sendable {
    package static let repository = "some/model"
    package static let commit = String(repeating: "c", count: 40)

    package var files: [String: [UInt8]]
    package var card = #"{"license":"openrail"}"#
    /// Where large files lie; nil: on the hub itself.
    package var store: String?
    /// Answers in place of the hub's own; nil: none.
    package var deviation: @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step]? = { _ in nil }
    /// Bytes that the list of files states wrongly, by path.
    package var misstated: [String: [UInt8]] = [:]

    package init(files: [String: [UInt8]] = FakeHub.pipeline) { self.files = files }

    /// The files of a small pipeline, and some that nobody needs.
    package static let pipeline: [String: [UInt8]] = [
        "README.md": Array("# A model\n".utf8), "LICENSE": Array("Do no harm.\n".utf8),
        "model_index.json": Array(#"{"_class_name":"StableDiffusionPipeline"}"#.utf8),
        "scheduler/scheduler_config.json": Array(#"{"steps":1}"#.utf8), "tokenizer/vocab.json": Array("{}".utf8),
        "tokenizer/merges.txt": Array("#version\n".utf8), "text_encoder/config.json": Array(#"{"a":1}"#.utf8),
        "text_encoder/model.safetensors": bytes(3000, 1), "unet/config.json": Array(#"{"b":2}"#.utf8),
        "unet/diffusion_pytorch_model.safetensors": bytes(200_000, 2), "unet/diffusion_pytorch_model.bin": bytes(10, 3),
        "unet/diffusion_pytorch_model.fp16.safetensors": bytes(100_000, 4),
        "unet/diffusion_pytorch_model.non_ema.safetensors": bytes(10, 5), "vae/config.json": Array(#"{"c":3}"#.utf8),
        "vae/diffusion_pytorch_model.safetensors": bytes(4000, 6), "safety_checker/model.safetensors": bytes(10, 7),
        "v1-5.ckpt": bytes(10, 8),
    ]

    /// Bytes that differ along the file and from one seed to the next.
    package static func bytes(_ count: Int, _ seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    package static func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

    private static func gitBlob(_ bytes: [UInt8]) -> String {
        hex(Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes))
    }

    private static func hex(_ digest: some Sequence<UInt8>) -> String {
        digest.map { String(format: "%02x", $0) }.joined()
    }

    package var script: LoopbackServer.Script {
        { [self] request in
            if let steps = deviation(request) { return steps }
            let model = "/api/models/\(Self.repository)"
            switch request.path {
            case "\(model)/revision/main", "\(model)/revision/\(Self.commit)":
                return Self.answer(
                    200, Array(#"{"sha":"\#(Self.commit)","cardData":\#(card),"tags":["license:other"]}"#.utf8))
            case "\(model)/tree/\(Self.commit)": return Self.answer(200, Array("[\(list.joined(separator: ","))]".utf8))
            default:
                let prefix = "/\(Self.repository)/resolve/\(Self.commit)/"
                guard request.path.hasPrefix(prefix) || request.path.hasPrefix("/store/") else {
                    return Self.answer(404, [])
                }
                let path = String(
                    request.path.hasPrefix(prefix)
                        ? request.path.dropFirst(prefix.count) : request.path.dropFirst("/store/".count))
                guard let bytes = files[path] else { return Self.answer(404, []) }
                if let store, Self.isLarge(path), request.path.hasPrefix(prefix) {
                    return [
                        .text(
                            "HTTP/1.1 302 Found\r\nLocation: \(store)/store/\(path)?signature=secret\r\nX-Linked-Etag: \"\(Self.sha256(bytes))\"\r\nContent-Length: 0\r\n\r\n"
                        )
                    ]
                }
                return Self.serve(bytes, to: request)
            }
        }
    }

    /// The file, or the part of it that is asked for.
    package static func serve(_ bytes: [UInt8], to request: LoopbackServer.Request) -> [LoopbackServer.Step] {
        let mark = "\"\(sha256(bytes).prefix(16))\""
        let isSame = request.headers["if-range"].map { $0 == mark } ?? true
        guard isSame, let range = request.headers["range"], let start = Int(range.dropFirst("bytes=".count).dropLast())
        else { return answer(200, bytes, "ETag: \(mark)\r\n") }
        guard start < bytes.count else { return answer(416, []) }
        return answer(
            206, Array(bytes[start...]),
            "ETag: \(mark)\r\nContent-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)\r\n")
    }

    package static func answer(_ status: Int, _ body: [UInt8], _ headers: String = "") -> [LoopbackServer.Step] {
        [.text("HTTP/1.1 \(status) Word\r\nContent-Length: \(body.count)\r\n\(headers)\r\n"), .send(body)]
    }

    private var list: [String] {
        files.map { path, bytes in
            let bytes = misstated[path] ?? bytes
            return Self.isLarge(path)
                ? #"{"type":"file","path":"\#(path)","size":\#(bytes.count),"oid":"\#(String(repeating: "e", count: 40))","lfs":{"oid":"\#(Self.sha256(bytes))","size":\#(bytes.count),"pointerSize":130}}"#
                : #"{"type":"file","path":"\#(path)","size":\#(bytes.count),"oid":"\#(Self.gitBlob(bytes))"}"#
        }
    }

    private static func isLarge(_ path: String) -> Bool { path.hasSuffix(".safetensors") || path.hasSuffix(".ckpt") }
}
