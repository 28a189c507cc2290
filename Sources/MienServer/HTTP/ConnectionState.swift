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
    }

    private let state = Mutex(State())

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

    func end() {
        let observers = state.withLock { state in
            state.hasEnded = true
            defer { state.observers = [:] }
            return Array(state.observers.values)
        }
        for observer in observers { observer() }
    }
}

/// The open connections.
final class Connections: Sendable {
    private let states = Mutex<[ObjectIdentifier: ConnectionState]>([:])

    var count: Int { states.withLock { $0.count } }

    func state(of channel: any Channel) -> ConnectionState? {
        states.withLock { $0[ObjectIdentifier(channel as AnyObject)] }
    }

    fileprivate func add(_ channel: any Channel) {
        states.withLock { $0[ObjectIdentifier(channel as AnyObject)] = ConnectionState() }
    }

    fileprivate func end(_ channel: any Channel, isClosed: Bool) {
        let key = ObjectIdentifier(channel as AnyObject)
        let state = states.withLock { isClosed ? $0.removeValue(forKey: key) : $0[key] }
        state?.end()
    }
}

/// Tells `Connections` of a connection's beginning and end.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let connections: Connections

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) { connections.add(context.channel) }

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
