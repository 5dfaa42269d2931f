import NIOCore

/// Asks a proxy for a way through to a host, and makes room for what speaks with the host then.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let address: HubAddress
    private let authorization: String?
    private let ended: EventLoopPromise<Void>
    private let open: (ChannelPipeline.SynchronousOperations) throws -> Void
    private var received = ByteBuffer()
    private var isDone = false

    /// Longer answers are no proxy's.
    private static let limit = 16_384

    init(
        to address: HubAddress, authorization: String?, ended: EventLoopPromise<Void>,
        open: @escaping (ChannelPipeline.SynchronousOperations) throws -> Void
    ) {
        (self.address, self.authorization, self.ended, self.open) = (address, authorization, ended, open)
    }

    func channelActive(context: ChannelHandlerContext) {
        var text = "CONNECT \(address.tunnel) HTTP/1.1\r\nHost: \(address.tunnel)\r\n"
        if let authorization { text += "Proxy-Authorization: \(authorization)\r\n" }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        let view = received.readableBytesView
        guard let stop = view.indices.first(where: { view[$0...].starts(with: Self.stop) }) else {
            if view.count > Self.limit { fail(context, "the proxy's answer has no end") }
            return
        }
        let line = String(decoding: view[..<stop].prefix { $0 != 0x0D }, as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.first?.hasPrefix("HTTP/1.") ?? false, words.count > 1, let status = Int(words[1]) else {
            return fail(context, "the proxy doesn't speak HTTP")
        }
        guard (200...299).contains(status) else {
            return fail(
                context,
                status == 407
                    ? "the proxy wants a name and password (http://name:password@host:port)"
                    : "the proxy refuses the way to \(address.tunnel): \(words.dropFirst().joined(separator: " "))")
        }
        isDone = true
        do {
            try open(context.pipeline.syncOperations)
        } catch {
            return fail(context, "\(error)")
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone { fail(context, "the proxy ended the connection") }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if !isDone, event is IdleStateHandler.IdleStateEvent { return fail(context, "the proxy doesn't answer") }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isDone { return fail(context, HTTPExchange.words(error)) }
        context.fireErrorCaught(error)
    }

    private func fail(_ context: ChannelHandlerContext, _ text: String) {
        isDone = true
        ended.fail(HTTPTrouble.proxy(text))
        context.close(promise: nil)
    }

    private static let stop = Array("\r\n\r\n".utf8)
}
