/// What a ``SelvedgeClient`` needs to know. Only the address has no default.
public struct ClientConfiguration: Sendable {
    public var address: ServerAddress
    /// Of a `tls://` address.
    public var tls = TLSOptions()
    /// A fresh JWT, asked for at each connection and before the last one ends. Nil: a client certificate says who we
    /// are, or nobody does.
    public var token: TokenSource?
    /// Most connections; each is opened when those before it are busy.
    public var connections = 2
    /// Most calls at one time on one connection; the server's own limit (128) holds as well.
    public var maxInFlight = 128
    /// Most calls that wait for a connection; one more fails with `pool_exhausted`.
    public var maxWaiting = 1_024
    /// Of a unary call, all attempts together. The server's longest is 5 seconds for each attempt.
    public var deadline = Duration.seconds(5)
    /// How long connecting, the TLS handshake and the hello may take together.
    public var connectTimeout = Duration.seconds(5)
    /// How long nothing may come from the server before it is asked whether it is there; it then has as long again, at
    /// most 20 seconds.
    public var keepalive = Duration.seconds(20)
    /// Bytes of messages that the server may send on a stream ahead of what was read from it. Credit goes back half of
    /// it at a time, so more means fewer frames, and more memory where a reader is slow.
    public var streamCredit = 1_048_576
    public var retry = RetryPolicy()
    /// For the server's log: at most 64 bytes of printable ASCII.
    public var agent = "selvedge-swift/1"

    public init(address: ServerAddress) { self.address = address }

    /// - Throws: where the address is none.
    public init(address: String) throws(SelvedgeError) { self.init(address: try ServerAddress(address)) }

    /// Makes a JWT. What it throws ends the attempt to connect; its text is not repeated in any error.
    public typealias TokenSource = @Sendable () async throws -> String

    func validate() throws(SelvedgeError) {
        try Self.demand(connections, in: 1...256, "connections")
        try Self.demand(maxInFlight, in: 1...1_000_000, "maxInFlight")
        try Self.demand(maxWaiting, in: 0...1_000_000, "maxWaiting")
        try Self.demand(streamCredit, in: 1...Int(Int32.max), "streamCredit")
        try Self.demand(retry.attempts, in: 1...100, "retry.attempts")
        let durations = [
            (deadline, "deadline"), (connectTimeout, "connectTimeout"), (keepalive, "keepalive"),
            (retry.base, "retry.base"), (retry.longest, "retry.longest"),
        ]
        for (duration, field) in durations where duration <= .zero {
            throw Self.invalid("\(field) must be longer than nothing", field)
        }
        guard (1...64).contains(agent.utf8.count), agent.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Self.invalid("agent is 1 to 64 bytes of printable ASCII", "agent")
        }
    }

    private static func demand(_ value: Int, in range: ClosedRange<Int>, _ field: String) throws(SelvedgeError) {
        guard !range.contains(value) else { return }
        throw invalid("\(field) must be from \(range.lowerBound) to \(range.upperBound)", field)
    }

    static func invalid(_ message: String, _ field: String) -> SelvedgeError {
        SelvedgeError(.invalidArgument, "invalid_configuration", message, field: field)
    }
}

/// How a `tls://` server is known, and how it knows us. Files are PEM, read once, when the client is made.
public struct TLSOptions: Sendable {
    /// The authorities that may vouch for the server; nil: the system's.
    public var authorityFile: String?
    /// The client's certificate, then its intermediates; with `keyFile`.
    public var certificateFile: String?
    public var keyFile: String?
    /// The name that the server's certificate must bear; nil: the address's host.
    public var serverName: String?

    public init() {}
}

/// When a call that failed is sent again: a lost connection or UNAVAILABLE after an exponential wait, for calls that are
/// idempotent (all but Simulate and what asks for, decides on or ends an erasure); RESOURCE_EXHAUSTED where the server says when; and at once what it did not look at.
public struct RetryPolicy: Sendable {
    /// Of one call, the first included; 1: nothing is repeated.
    public var attempts = 4
    /// The first wait; each is twice the one before.
    public var base = Duration.milliseconds(50)
    /// The longest wait.
    public var longest = Duration.seconds(2)
    /// The part of a wait that is random, from 0 to 1: so that clients do not come back together.
    public var jitter = 0.5

    public init() {}

    public static var never: RetryPolicy {
        var policy = RetryPolicy()
        policy.attempts = 1
        return policy
    }

    /// Before the attempt after `attempt` (from 1).
    func wait(after attempt: Int) -> Duration {
        let doubled = base * (1 << min(attempt - 1, 20))
        let full = min(doubled, longest)
        return full * (1 - Double.random(in: 0...1) * min(max(jitter, 0), 1))
    }

    /// Nil: it is not to be sent again.
    func wait(after attempt: Int, _ error: SelvedgeError, isIdempotent: Bool) -> Duration? {
        if attempt >= attempts { return nil }
        if error.status == .resourceExhausted {
            return error.retryAfter.map { $0 + base * Double.random(in: 0...1) }
        }
        guard error.status == .unavailable, error.code != "client_closed", isIdempotent || error.fate == .unsent
        else { return nil }
        return max(error.retryAfter ?? .zero, wait(after: attempt))
    }
}
