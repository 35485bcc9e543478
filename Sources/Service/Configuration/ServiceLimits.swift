internal import Identity

/// Every bound of the server, with its reason. Past one the caller gets a typed error, and nothing is lost.
///
/// What a store bounds (identifiers of a profile, bytes of a value) is in its own configuration.
package struct ServiceLimits: Hashable, Sendable {
    /// Most bytes of one message: it is held whole.
    package var maxFrameBytes = 4 * 1_048_576
    /// Most observations or identifiers of one call: an answer in milliseconds.
    package var batch = 1_000
    /// Most identifiers of one observation: every pair becomes a link. The store's own limit holds where it is lower.
    package var identifiers = 16
    /// Most calls that are open on one connection: each may hold a message.
    package var streams = 128
    /// Most connections of each protocol: each costs buffers and a file.
    package var connections = 1_024
    /// How long a caller may take to say who it is, TLS included: the half-open ones cannot fill the places.
    package var handshake = Duration.seconds(5)
    /// How long a connection may be silent: its place may be wanted.
    package var idle = Duration.seconds(300)
    /// How long a caller may leave its answers unread: they are held meanwhile.
    package var writeStall = Duration.seconds(30)
    /// The longest deadline of a unary call, and that of one without: nobody waits longer for a profile.
    package var unaryDeadline = Duration.seconds(5)
    /// The same of a stream.
    package var streamDeadline = Duration.seconds(600)
    /// How long calls may take to end once the server is to stop.
    package var drain = Duration.seconds(20)
    /// Most observations that wait for the writer: less than a second's work for it.
    package var pendingObservations = 50_000
    /// Most long reads that wait or run, such as explanations: each holds a snapshot while it runs.
    package var pendingReads = 256
    /// Most bytes that wait to be sent on one connection before nothing more is read from it.
    package var outboundBytes = 1_048_576
    /// Most frames a second on one connection that cost work and carry none: PING, CANCEL, CREDIT.
    package var controlFrames = 100

    package init() {}
}

extension ServiceLimits {
    enum Place: Sendable {
        case count(any WritableKeyPath<ServiceLimits, Int> & Sendable, ClosedRange<Int>)
        case bytes(any WritableKeyPath<ServiceLimits, Int> & Sendable, ClosedRange<Int>)
        case time(any WritableKeyPath<ServiceLimits, Duration> & Sendable, ClosedRange<Duration>)
    }

    /// Every limit by its name in a configuration file, with the values that it may have.
    static let fields: [(name: String, place: Place)] = [
        ("batch", .count(\.batch, 1...10_000)),
        ("connections", .count(\.connections, 1...100_000)),
        ("control_frames", .count(\.controlFrames, 10...100_000)),
        ("drain", .time(\.drain, .zero ... .seconds(3_600))),
        ("handshake", .time(\.handshake, .milliseconds(100) ... .seconds(60))),
        ("identifiers", .count(\.identifiers, 1...64)),
        ("idle", .time(\.idle, .seconds(1) ... .seconds(86_400))),
        ("max_frame_bytes", .bytes(\.maxFrameBytes, 65_536...67_108_864)),
        ("outbound_bytes", .bytes(\.outboundBytes, 65_536...67_108_864)),
        ("pending_observations", .count(\.pendingObservations, 1_000...1_000_000)),
        ("pending_reads", .count(\.pendingReads, 1...10_000)),
        ("stream_deadline", .time(\.streamDeadline, .seconds(1) ... .seconds(86_400))),
        ("streams", .count(\.streams, 1...10_000)),
        ("unary_deadline", .time(\.unaryDeadline, .milliseconds(100) ... .seconds(600))),
        ("write_stall", .time(\.writeStall, .milliseconds(100) ... .seconds(600))),
    ]

    /// Reads the mapping `limits`, over the defaults.
    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(Self.fields.map(\.name))
        for (name, place) in Self.fields {
            guard let node = fields[name] else { continue }
            switch place {
            case .count(let path, let range): self[keyPath: path] = try node.integer(in: range)
            case .bytes(let path, let range): self[keyPath: path] = try node.bytes(in: range)
            case .time(let path, let range): self[keyPath: path] = try node.duration(in: range)
            }
        }
        guard maxFrameBytes >= batch * 1_024 else {
            throw node.error(
                "max_frame_bytes has no room for a batch: give at least 1 KiB for each of the batch's \(batch) items")
        }
    }
}
