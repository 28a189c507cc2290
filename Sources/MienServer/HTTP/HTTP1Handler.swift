import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Keeps what the head of an HTTP/1 request says and its later form leaves out: the authority of an
/// absolute target, which stands above Host (RFC 9112, section 3.2.2), and HTTP/1.0, whose clients read
/// an answer without a length to the end of the connection (section 6.1).
final class HTTP1Handler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Whether the client speaks HTTP/1.0.
    private var isOld = false

    /// Puts one in front of what translates heads; of a pipeline that has it.
    static func add(to pipeline: ChannelPipeline) {
        let handlers = pipeline.syncOperations
        guard let translator = try? handlers.handler(type: HTTP1ToHTTPServerCodec.self) else {
            return
        }
        try? handlers.addHandler(HTTP1Handler(), position: .before(translator))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else {
            return context.fireChannelRead(data)
        }
        isOld = head.version.major == 1 && head.version.minor == 0
        // A head with two of them is refused as it is.
        if head.headers["Host"].count == 1, let authority = Self.authority(of: head.uri) {
            head.headers.replaceOrAdd(name: "Host", value: authority)
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOld else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard head.status.code >= 200 else {
                // HTTP/1.0 has no informational answers.
                promise?.succeed()
                return
            }
            head.version = .http1_0
            head.headers.remove(name: "Transfer-Encoding")
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
        }
    }

    /// The authority of an absolute target; `nil` of a path.
    static func authority(of target: String) -> String? {
        guard let scheme = target.firstRange(of: "://"), !target.hasPrefix("/") else { return nil }
        return String(target[scheme.upperBound...].prefix { !"/?#".contains($0) })
    }
}
