internal import Foundation
internal import NIOCore
package import NIOPosix
package import NIOSSL
internal import Synchronization

/// Listens for the wire protocol on an address.
package final class WireTransport: Transport {
    package enum Address: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    private let server: WireServer
    private let address: Address
    private let group: MultiThreadedEventLoopGroup
    /// What new connections are encrypted with; nil: nothing.
    private let tls: Mutex<NIOSSLContext?>
    private let listener = Mutex<(any Channel)?>(nil)

    package init(
        _ server: WireServer, at address: Address, group: MultiThreadedEventLoopGroup, tls: NIOSSLContext?
    ) {
        self.server = server
        self.address = address
        self.group = group
        self.tls = Mutex(tls)
    }

    /// New connections show these certificates; those that are open stay as they are.
    package func reload(tls context: NIOSSLContext) { tls.withLock { $0 = context } }

    package func start() async throws -> BoundAddress {
        let outbound = server.limits.outboundBytes
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: outbound / 4, high: outbound)
            )
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 16_384, maximum: 65_536)
            )
            .childChannelInitializer { channel in self.configure(channel) }
        let channel: any Channel
        switch address {
        case .tcp(let host, let port):
            channel = try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
        case .unix(let path):
            channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        }
        listener.withLock { $0 = channel }
        switch address {
        case .tcp(let host, let port): return BoundAddress("\(host):\(channel.localAddress?.port ?? port)")
        case .unix(let path): return BoundAddress("unix:\(path)")
        }
    }

    private func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            if let tls = tls.withLock({ $0 }) {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
            }
            try server.serve(channel)
        }
    }

    package func drain(within time: Duration) async {
        try? await listener.withLock { $0 }?.close()
        server.drain()
        let end = ContinuousClock.now + time
        while server.connectionCount > 0, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    package func stop() async {
        try? await listener.withLock { $0 }?.close()
        server.closeAll()
        let end = ContinuousClock.now + .seconds(1)
        while server.connectionCount > 0, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
