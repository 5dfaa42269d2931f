import Foundation
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on loopback that does exactly what a script says, right or wrong.
package final class LoopbackServer: Sendable {
    package enum Step: Sendable {
        case send([UInt8])
        /// Leaves the connection open and says nothing more.
        case stall
        /// Ends the connection as a crashed server's system does.
        case reset

        package static func text(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    package struct Request: Sendable {
        package let method: String
        package let target: String
        /// Names in lower case.
        package let headers: [String: String]
        /// How many requests for this target came before.
        package let earlier: Int

        package init(method: String, target: String, headers: [String: String], earlier: Int) {
            (self.method, self.target, self.headers, self.earlier) = (method, target, headers, earlier)
        }

        package var path: String { target.split(separator: "?").first.map(String.init) ?? target }
    }

    package typealias Script = @Sendable (Request) -> [Step]

    package let port: Int
    private let channel: any Channel
    private let log: Log

    /// - Parameters:
    ///   - encrypted: speaks TLS with the certificate of Tests/Fixtures/hub.
    ///   - tunnels: answers CONNECT and goes on as the host that was asked for, in TLS.
    package init(encrypted: Bool = false, tunnels: Bool = false, script: @escaping Script) throws {
        let log = Log()
        let context = encrypted || tunnels ? try Self.context() : nil
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if encrypted, let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.addHandler(ScriptHandler(script, log, tunnel: tunnels ? context : nil))
                }
            }
        channel = try bootstrap.bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
        self.log = log
    }

    package func stop() { try? channel.close().wait() }

    /// All that came, in order.
    package var requests: [Request] { log.requests.withLock { $0 } }

    /// The certificate that a client must trust.
    package static let certificate = fixtures.appendingPathComponent("localhost.pem").path

    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/hub")

    private static func context() throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(
                    NIOSSLPrivateKey(
                        file: fixtures.appendingPathComponent("localhost-key.pem").path, format: .pem))))
    }
}

private final class Log: Sendable {
    let requests = Mutex<[LoopbackServer.Request]>([])

    func add(_ method: String, _ target: String, _ headers: [String: String]) -> LoopbackServer.Request {
        requests.withLock { requests in
            let earlier = requests.count { $0.target == target }
            let request = LoopbackServer.Request(method: method, target: target, headers: headers, earlier: earlier)
            requests.append(request)
            return request
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: LoopbackServer.Script
    private let log: Log
    private var tunnel: NIOSSLContext?
    private var received: [UInt8] = []

    init(_ script: @escaping LoopbackServer.Script, _ log: Log, tunnel: NIOSSLContext?) {
        (self.script, self.log, self.tunnel) = (script, log, tunnel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        // A TLS greeting where none is understood: answered as common servers do.
        if received.first == 0x16 {
            let answer = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            return context.close(promise: nil)
        }
        guard let text = String(bytes: received, encoding: .utf8), text.hasSuffix("\r\n\r\n") else { return }
        received = []
        let lines = text.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        let request = log.add(words[0], words[1], headers)
        if request.method == "CONNECT", let tunnel {
            self.tunnel = nil
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 Go on\r\n\r\n")), promise: nil)
            try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tunnel), position: .first)
            return
        }
        for step in script(request) {
            switch step {
            case .send(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .stall: return
            case .reset:
                let channel = context.channel
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
                    channel.close(promise: nil)
                }
                return
            }
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
