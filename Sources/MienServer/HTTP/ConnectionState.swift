import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// One connection as requests see it: whether the client is still there.
final class ConnectionState: Sendable {
    private struct State {
        var hasEnded = false
        var next = 0
        var observers: [Int: @Sendable () -> Void] = [:]
        /// Requests that have come whole, less the answers that have gone whole.
        var answering = 0
        /// When something last came, or an answer ended.
        var lastUse = NIODeadline.now()
        var isGivenUp = false
    }

    private let channel: any Channel
    private let state = Mutex(State())

    fileprivate init(_ channel: any Channel) { self.channel = channel }

    /// Calls `observer` once the client has gone, at once where it has.
    /// - Returns: what `forget` takes.
    func onEnd(_ observer: @escaping @Sendable () -> Void) -> Int {
        let (number, hasEnded) = state.withLock { state in
            state.next += 1
            if !state.hasEnded { state.observers[state.next] = observer }
            return (state.next, state.hasEnded)
        }
        if hasEnded { observer() }
        return number
    }

    func forget(_ number: Int) { state.withLock { $0.observers[number] = nil } }

    fileprivate func end() {
        let observers = state.withLock { state in
            state.hasEnded = true
            defer { state.observers = [:] }
            return Array(state.observers.values)
        }
        for observer in observers { observer() }
    }

    fileprivate func use(answering change: Int = 0) {
        state.withLock { state in
            state.answering += change
            state.lastUse = .now()
        }
    }

    /// Since when nothing has come; `nil` while a request is answered.
    fileprivate var silentSince: NIODeadline? {
        state.withLock { $0.answering > 0 ? nil : $0.lastUse }
    }

    fileprivate var isGivenUp: Bool { state.withLock { $0.isGivenUp } }

    fileprivate func giveUp() {
        state.withLock { $0.isGivenUp = true }
        channel.close(promise: nil)
    }
}

/// The open connections. Where there are more than may be, those that have been silent longest are
/// closed: stalled uploads and kept connections without a request keep nobody out.
final class Connections: Sendable {
    private let limits: ServiceLimits
    private let metrics: Metrics
    private let states = Mutex<[ObjectIdentifier: ConnectionState]>([:])

    init(_ limits: ServiceLimits, _ metrics: Metrics) {
        self.limits = limits
        self.metrics = metrics
    }

    var count: Int { states.withLock { $0.count } }

    func state(of channel: any Channel) -> ConnectionState? {
        states.withLock { $0[ObjectIdentifier(channel as AnyObject)] }
    }

    /// Gives up silent connections until no more are left than may be.
    /// - Returns: whether that could be done.
    func makeRoom(now: NIODeadline = .now()) -> Bool {
        let (surplus, silent) = states.withLock { states in
            guard states.count > limits.connections else { return (0, [ConnectionState]()) }
            let open = states.values.filter { !$0.isGivenUp }
            let surplus = open.count - limits.connections
            let latest = now - .milliseconds(Int64(1000 * limits.silentSeconds))
            let silent = open.compactMap { state in
                state.silentSince.flatMap { $0 < latest ? (state, $0) : nil }
            }
            return (
                surplus, silent.sorted { $0.1 < $1.1 }.prefix(max(0, surplus)).map(\.0)
            )
        }
        for state in silent {
            state.giveUp()
            metrics.count("mien_rejected_total", ["reason": "silent"])
        }
        return silent.count >= surplus
    }

    fileprivate func add(_ channel: any Channel) -> ConnectionState {
        let state = ConnectionState(channel)
        states.withLock { $0[ObjectIdentifier(channel as AnyObject)] = state }
        if !makeRoom() {
            // Nothing may arrive that would try again: beyond a few more, no connection is accepted.
            channel.eventLoop.scheduleTask(
                in: .milliseconds(Int64(1000 * limits.silentSeconds) + 1)
            ) { _ = self.makeRoom() }
        }
        return state
    }

    fileprivate func end(_ channel: any Channel, isClosed: Bool) {
        let key = ObjectIdentifier(channel as AnyObject)
        let state = states.withLock { isClosed ? $0.removeValue(forKey: key) : $0[key] }
        state?.end()
    }
}

/// Tells `Connections` of a connection's beginning, use and end.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connections: Connections
    private var state: ConnectionState?

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        HTTP1Handler.add(to: context.pipeline)
        state = connections.add(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) { state?.use(answering: 1) } else { state?.use() }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { state?.use(answering: -1) }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connections.end(context.channel, isClosed: true)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.end(context.channel, isClosed: true)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client sends no more: it has gone, or waits for nothing else.
        if case .inputClosed? = event as? ChannelEvent {
            connections.end(context.channel, isClosed: false)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
