internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Bounds gRPC's connections, which the transport does not: their number, and the time until a caller has said a word of HTTP/2.
/// Counts them too.
final class GRPCPlaces: Sendable {
    private let limit: Int
    private let handshake: TimeAmount
    private let metrics: ConnectionMetrics
    private let taken = Atomic<Int>(0)

    init(_ limits: ServiceLimits, metrics: ConnectionMetrics) {
        limit = limits.connections
        handshake = TimeAmount(limits.handshake)
        self.metrics = metrics
    }

    /// Gives the connection a place until it is closed, or closes it. On the channel's thread, once its handlers are there.
    func take(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard taken.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            taken.wrappingSubtract(1, ordering: .relaxed)
            metrics.refused.add()
            // In a turn of its own: a connection that fails to begin is an error of the listener's.
            channel.eventLoop.execute { channel.close(promise: nil) }
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        metrics.connected()
        channel.closeFuture.whenComplete { _ in
            self.taken.wrappingSubtract(1, ordering: .relaxed)
            self.metrics.disconnected()
        }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let tls = try? pipeline.handler(type: NIOSSLServerHandler.self)
            let guardian = GRPCGuard(handshake: handshake, metrics: metrics)
            try pipeline.addHandler(guardian, position: tls.map { .after($0) } ?? .first)
        }
    }
}
