package import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Opens connections to one address.
package struct Connector: Sendable {
    private let address: ServerAddress
    private let tls: (context: NIOSSLContext, name: String?)?
    private let options: Connection.Options
    private let group: any EventLoopGroup

    /// - Throws: where the certificates cannot be read.
    package init(
        _ address: ServerAddress, tls options: TLSOptions = TLSOptions(),
        options connection: Connection.Options = .init(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(SelvedgeError) {
        self.address = address
        self.options = connection
        self.group = group
        if case .tls(let host, _) = address.kind {
            tls = (try options.context(), options.name(of: host))
        } else {
            tls = nil
        }
    }

    /// Connects and greets.
    ///
    /// - Parameters:
    ///   - token: a JWT; empty: none.
    ///   - owner: is told what becomes of the connection, on its event loop or in a call of the connection; it must
    ///     not block.
    package func connect(
        token: String = "", owner: @escaping @Sendable (Connection.Event) -> Void = { _ in }
    ) async throws(SelvedgeError) -> Connection {
        let eventLoop = group.next()
        let connection = Connection(eventLoop, options, owner)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls.context, serverHostname: tls.name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(connection, token: token))
                }
            }
        do {
            _ = try await dial(bootstrap).get()
        } catch {
            connection.close()
            throw ConnectFailure.error(error, address)
        }
        if var error = await connection.greeted() {
            if error.status == .unavailable { error.fate = .unsent }
            throw error
        }
        return connection
    }

    private func dial(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        switch address.kind {
        case .tcp(let host, let port), .tls(let host, let port): bootstrap.connect(host: host, port: port)
        case .unix(let path):
            bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 0).connect(unixDomainSocketPath: path)
        }
    }
}
