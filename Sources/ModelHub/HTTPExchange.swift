import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StageKit

/// The beginning of a response.
struct ResponseHead: Sendable {
    let status: Int
    private let headers: HTTPHeaders

    init(_ head: HTTPResponseHead) { (status, headers) = (Int(head.status.code), head.headers) }

    subscript(name: String) -> String? { headers.first(name: name) }
}

/// Takes a response as it comes, on the connection's own thread: while it works nothing is read from the network, so
/// that memory stays small however slow the disk is.
protocol ResponseSink: Sendable {
    func head(_ head: ResponseHead) throws(Failure)
    func body(_ bytes: ByteBuffer) throws(Failure)
}

/// One GET over a connection of its own, through a proxy where there is one. Redirects and tries are the client's.
struct HTTPExchange: Sendable {
    let address: HubAddress
    /// Beside those that every request has.
    let headers: [(String, String)]
    let proxy: Proxy?
    let certificates: String?
    let patience: Patience

    /// How long something may take.
    struct Patience: Sendable {
        var connecting = TimeAmount.seconds(20)
        /// Nothing at all from the server.
        var silence = TimeAmount.seconds(60)
    }

    /// Returns when the response has ended.
    func run(_ sink: any ResponseSink) throws(HTTPTrouble) {
        let context = address.isEncrypted ? try tlsContext() : nil
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let ended = loop.makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(patience.connecting)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(readTimeout: patience.silence))
                    if let proxy, address.isEncrypted {
                        try pipeline.addHandler(
                            TunnelHandler(to: address, authorization: proxy.authorization, ended: ended) { pipeline in
                                try addHandlers(pipeline, context, sink, ended)
                            })
                    } else {
                        try addHandlers(pipeline, context, sink, ended)
                    }
                }
            }
        let (host, port) = proxy.map { ($0.host, $0.port) } ?? (address.host, address.port)
        bootstrap.connect(host: host, port: port).whenComplete { result in
            switch result {
            case .success(let channel): ended.futureResult.whenComplete { _ in channel.close(promise: nil) }
            case .failure(let error): ended.fail(HTTPTrouble.unreachable(Self.words(error)))
            }
        }
        do {
            try ended.futureResult.wait()
        } catch let trouble as HTTPTrouble {
            if case .unreachable(let text) = trouble, let proxy {
                throw .proxy("the proxy \(proxy.host):\(proxy.port) can't be reached: \(text)")
            }
            throw trouble
        } catch let failure as Failure {
            throw .refused(failure)
        } catch {
            throw .brokenOff("\(error)")
        }
    }

    private func addHandlers(
        _ pipeline: ChannelPipeline.SynchronousOperations, _ context: NIOSSLContext?, _ sink: any ResponseSink,
        _ ended: EventLoopPromise<Void>
    ) throws {
        if let context {
            let isName = (try? SocketAddress(ipAddress: address.host, port: 0)) == nil
            try pipeline.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: isName ? address.host : nil))
        }
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(ResponseHandler(request: request, sink: sink, ended: ended))
    }

    private var request: HTTPRequestHead {
        let throughProxy = proxy != nil && !address.isEncrypted
        var fields = HTTPHeaders([
            ("Host", address.authority), ("User-Agent", "flawsmith"), ("Accept", "*/*"),
            // What is counted and hashed are the file's own bytes.
            ("Accept-Encoding", "identity"), ("Connection", "close"),
        ])
        if throughProxy, let authorization = proxy?.authorization {
            fields.add(name: "Proxy-Authorization", value: authorization)
        }
        for (name, value) in headers { fields.add(name: name, value: value) }
        return HTTPRequestHead(
            version: .http1_1, method: .GET, uri: (throughProxy ? address.origin : "") + address.target,
            headers: fields)
    }

    private func tlsContext() throws(HTTPTrouble) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if let certificates { configuration.trustRoots = .file(certificates) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .untrusted(
                certificates.map { "the certificates in \($0) can't be read" }
                    ?? "this system has no certificates that say whom to trust")
        }
    }

    /// A connection's failure in the system's words.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let attempt = error.connectionErrors.first { words(attempt.error) } else { "its name is not known" }
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "no answer in time"
        case is SocketAddressError: "its name is not known"
        default: "\(error)"
        }
    }
}
