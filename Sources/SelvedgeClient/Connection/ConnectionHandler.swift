internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Between a channel and its connection.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: Connection
    private let token: String
    private var reader = FrameReader()
    private var why = "the server closed the connection"

    init(_ connection: Connection, token: String) {
        self.connection = connection
        self.token = token
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.activated(context.channel, token: token)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.append(unwrapInboundIn(data))
        connection.received(&reader)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.writabilityChanged(context.channel.isWritable)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        why = "the connection broke: \(ConnectFailure.text(of: error))"
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.ended(why)
    }
}

/// What went wrong below the protocol, in a sentence. It names addresses and certificates, never a payload.
enum ConnectFailure {
    static func text(of error: any Error) -> String {
        switch error {
        case let error as IOError: text(of: error.errnoCode) ?? error.description
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { text(of: $0.error) } ?? "the host's name cannot be resolved"
        case ChannelError.connectTimeout: "no answer in time; look at address, port and network"
        case let error as NIOSSLError: "TLS: \(error)"
        case let error as NIOSSLExtraError: "TLS: \(error)"
        case let error as BoringSSLError: "TLS: \(error)"
        default: "\(type(of: error))"
        }
    }

    /// What the system's commonest answers mean, and what to do about them; nil for any other.
    private static func text(of code: CInt) -> String? {
        switch code {
        case ECONNREFUSED: "nothing listens there; start the server, or give the address that it says it listens on"
        case ENOENT: "there is no such socket; start the server, or give the path that it says it listens on"
        case EACCES, EPERM: "this user may not connect to it; ask for access, or run as another"
        case ENETUNREACH, EHOSTUNREACH, ETIMEDOUT: "it cannot be reached from here; look at address, port and network"
        case ECONNRESET, EPIPE: "the other side has ended it"
        default: nil
        }
    }

    static func error(_ error: any Error, _ address: ServerAddress) -> SelvedgeError {
        SelvedgeError(.unavailable, "connect_failed", "cannot connect to \(address): \(text(of: error))")
    }
}
