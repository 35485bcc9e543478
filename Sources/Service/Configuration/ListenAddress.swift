internal import NIOCore

/// Where to listen: an IP address and a port, or the path of a Unix socket.
package enum ListenAddress: Hashable, Sendable {
    case tcp(host: String, port: Int)
    case unix(path: String)

    package static let rule = "an IP address and a port, such as 127.0.0.1:7420 or [::1]:7420, or unix:/path"

    /// Reads `127.0.0.1:7420`, `[::1]:7420`, `localhost:7420` (which is 127.0.0.1) or `unix:/run/selvedge.sock`; nil where it
    /// is none of them. Names are not looked up: who listens where is not left to a name server.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            // What a socket's address has room for, its final zero byte left out.
            guard path.hasPrefix("/"), path.utf8.count < 108 else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard host.contains(":") == isBracketed, (try? SocketAddress(ipAddress: host, port: Int(port))) != nil else {
            return nil
        }
        self = .tcp(host: host, port: Int(port))
    }

    /// Whether only this machine can reach it. A Unix socket counts, 127.0.0.0/8 and ::1 do.
    package var isLoopback: Bool {
        switch self {
        case .unix: true
        case .tcp("::1", _): true
        case .tcp(let host, _): host.hasPrefix("127.") && !host.contains(":")
        }
    }

    package var isUnix: Bool {
        if case .unix = self { true } else { false }
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
