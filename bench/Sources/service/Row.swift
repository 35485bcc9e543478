/// The rows of the table, in its order.
enum RowName: String, CaseIterable, Hashable {
    case one, pipelined, batch, grpc, record, p99, unix, generator
    case score, decide, durable
    case scoreIdle = "score-idle"
    case decideIdle = "decide-idle"
    case durableIdle = "durable-idle"

    /// Whether it asks the shop.
    var isOfShop: Bool {
        switch self {
        case .score, .decide, .durable, .scoreIdle, .decideIdle, .durableIdle: true
        default: false
        }
    }

    init(text: String) throws {
        guard let name = RowName(rawValue: text) else {
            throw Failure("no row \(text): \(RowName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = name
    }
}

/// One measurement.
struct Measurement: Encodable {
    /// Requests, identifiers or observations a second; of p99 and the idle rows, microseconds.
    var value: Double
    /// Microseconds; nil where none is taken.
    var p50: Double?
    var p99: Double?
    /// Microseconds of the server's processor time for each; nil where nobody looked.
    var processor: Double?
}

/// Measurements of one thing, one a repetition.
struct Series: Encodable {
    var samples: [Measurement] = []

    var median: Double { middle(of: samples.map(\.value)) }
    var low: Double { samples.map(\.value).min() ?? .nan }
    var high: Double { samples.map(\.value).max() ?? .nan }

    func middle(of path: KeyPath<Measurement, Double?>) -> Double? {
        let values = samples.compactMap { $0[keyPath: path] }
        return values.isEmpty ? nil : middle(of: values)
    }

    private func middle(of values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

/// A row: ours, what stands beside it, and what must be reached.
struct Row {
    /// Whose the figure beside ours is.
    enum Peer: String, Encodable {
        case redis, echo, idle, none
    }

    enum Requirement {
        case rate(atLeast: Double)
        case ratio(atLeast: Double)
        case ratioAtMost(Double)
        case valueAtMost(Double)
    }

    let name: RowName
    let title: String
    let peer: Peer
    let requirements: [Requirement]
    /// Requests on the way on each connection.
    let depth: Int
    let connections: Int
    var ours = Series()
    var beside = Series()

    init(
        _ name: RowName, _ title: String, beside peer: Peer, _ requirements: [Requirement] = [], depth: Int = 1,
        connections: Int = 1
    ) {
        self.name = name
        self.title = title
        self.peer = peer
        self.requirements = requirements
        self.depth = depth
        self.connections = connections
    }

    /// Of each pair, as the machine is never twice the same; their median.
    var ratios: [Double] {
        zip(ours.samples, beside.samples).map { $0.value / $1.value }.sorted()
    }

    var ratio: Double? {
        let ratios = ratios
        return ratios.isEmpty ? nil : (ratios[(ratios.count - 1) / 2] + ratios[ratios.count / 2]) / 2
    }

    func holds(_ requirement: Requirement) -> Bool {
        switch requirement {
        case .rate(let rate): ours.median >= rate
        case .ratio(let least): (ratio ?? 0) >= least
        case .ratioAtMost(let most): (ratio ?? .infinity) <= most
        case .valueAtMost(let most): ours.median <= most
        }
    }

    /// Nil: nothing is asked of it.
    var passes: Bool? { requirements.isEmpty ? nil : requirements.allSatisfy(holds) }
}
