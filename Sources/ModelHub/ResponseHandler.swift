import Glibc
import NIOCore
import NIOHTTP1
import NIOSSL
import StageKit

/// Sends a request once the connection stands, and hands its response on.
final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequestHead
    private let sink: any ResponseSink
    private let ended: EventLoopPromise<Void>
    private var isSent = false
    private var isEnded = false

    init(request: HTTPRequestHead, sink: any ResponseSink, ended: EventLoopPromise<Void>) {
        (self.request, self.sink, self.ended) = (request, sink, ended)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { send(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelActive()
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !isSent else { return }
        isSent = true
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnded else { return }
        do throws(Failure) {
            switch unwrapInboundIn(data) {
            case .head(let head): try sink.head(ResponseHead(head))
            case .body(let bytes): try sink.body(bytes)
            case .end: end(context, .success(()))
            }
        } catch {
            end(context, .failure(.refused(error)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .failure(.brokenOff("the server ended it")))
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            end(context, .failure(.brokenOff("nothing came for a long time")))
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(context, .failure(Self.trouble(error)))
    }

    private func end(_ context: ChannelHandlerContext, _ result: Result<Void, HTTPTrouble>) {
        guard !isEnded else { return }
        isEnded = true
        switch result {
        case .success: ended.succeed(())
        case .failure(let trouble): ended.fail(trouble)
        }
        context.close(promise: nil)
    }

    static func trouble(_ error: any Error) -> HTTPTrouble {
        switch error {
        case HTTPParserError.invalidEOFState: .brokenOff("it ended before the answer did")
        case let error as HTTPParserError: .garbled("\(error)")
        case NIOSSLError.uncleanShutdown: .brokenOff("it ended before the answer did")
        case let error as NIOSSLError: .untrusted(Self.words(error))
        case let error as NIOSSLExtraError: .untrusted("\(error)")
        case let error as BoringSSLError: .untrusted("\(error)")
        case let error as IOError: .brokenOff(String(cString: strerror(error.errnoCode)))
        default: .brokenOff("\(error)")
        }
    }

    private static func words(_ error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted here" }
        if text.contains("WRONG_VERSION_NUMBER") { return "it doesn't speak TLS there" }
        return text
    }
}
