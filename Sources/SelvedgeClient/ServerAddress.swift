/// Where a server listens, read from text: `tcp://127.0.0.1:7420`, `unix:///run/selvedge.sock`, `tls://host:port`.
///
/// `tcp` is for loopback alone: anywhere else a token or an identifier would pass in the clear.
public struct ServerAddress: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unix(path: String)
        case tls(host: String, port: Int)
    }

    package let kind: Kind

    /// Longest path of a Unix socket, in bytes (`sun_path` less its end).
    private static let maxPath = 107

    public init(_ text: String) throws(SelvedgeError) {
        if let path = Self.rest(of: text, after: "unix://") {
            guard path.hasPrefix("/"), path.utf8.count <= Self.maxPath else {
                throw Self.invalid("the path of a Unix socket is absolute and at most \(Self.maxPath) bytes long")
            }
            kind = .unix(path: path)
        } else if let place = Self.rest(of: text, after: "tcp://") {
            let (host, port) = try Self.hostAndPort(place)
            guard Self.isLoopback(host) else {
                throw Self.invalid("tcp:// is for loopback alone, as nothing is encrypted: use tls://")
            }
            kind = .tcp(host: host, port: port)
        } else if let place = Self.rest(of: text, after: "tls://") {
            let (host, port) = try Self.hostAndPort(place)
            kind = .tls(host: host, port: port)
        } else {
            throw Self.invalid("an address begins with tcp://, tls:// or unix://")
        }
    }

    private static func rest(of text: String, after scheme: String) -> String? {
        text.hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : nil
    }

    private static func hostAndPort(_ text: String) throws(SelvedgeError) -> (String, Int) {
        guard let colon = text.lastIndex(of: ":") else { throw invalid("the port is missing: write host:port") }
        guard let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else {
            throw invalid("the port must be a number from 1 to 65535")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw invalid("write an IPv6 address in brackets: [::1]:7420")
        }
        guard !host.isEmpty, !host.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace }) else {
            throw invalid("the host is missing, or holds what no host name may")
        }
        return (String(host), port)
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func invalid(_ message: String) -> SelvedgeError {
        SelvedgeError(.invalidArgument, "invalid_address", message, field: "address")
    }
}

extension ServerAddress: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .tcp(let host, let port): "tcp://\(Self.bracketed(host)):\(port)"
        case .unix(let path): "unix://\(path)"
        case .tls(let host, let port): "tls://\(Self.bracketed(host)):\(port)"
        }
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
