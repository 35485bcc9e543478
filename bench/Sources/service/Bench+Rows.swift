internal import CLoad
internal import Foundation

/// What must be reached, and the rows of resolves.
extension Bench {
    static func rows(_ options: Options) -> [Row] {
        let (depth, many) = (options.depth, options.connections)
        let pipelined: [Row.Requirement] = [.rate(atLeast: 150_000), .ratio(atLeast: 0.3)]
        return [
            Row(.one, "wire Resolve, one at a time", beside: .redis, [.ratio(atLeast: 1)]),
            Row(.pipelined, "wire Resolve, \(depth) on 1 connection", beside: .redis, pipelined, depth: depth),
            Row(
                .pipelined, "wire Resolve, \(depth) on each of \(many)", beside: .redis, pipelined, depth: depth,
                connections: many),
            Row(
                .batch, "ResolveBatch of 1,000, 4 on 1, identifiers", beside: .none, [.rate(atLeast: 400_000)], depth: 4
            ),
            Row(
                .batch, "ResolveBatch of 1,000, 4 on each of 2, identifiers", beside: .none, [.rate(atLeast: 400_000)],
                depth: 4,
                connections: 2),
            Row(.grpc, "gRPC Resolve, \(options.calls) at a time", beside: .echo, [.ratio(atLeast: 0.8)]),
            Row(.unix, "Unix socket Resolve, one at a time", beside: .redis),
            Row(.generator, "Redis by the bench's load, one at a time", beside: .redis),
            Row(.generator, "Redis by the bench's load, \(depth) on 1", beside: .redis, depth: depth),
            Row(.record, "RecordStream, durable, observations", beside: .none, [.rate(atLeast: 60_000)]),
            Row(
                .p99, "Resolve p99 us at \(Int(options.rate))/s, recording at half", beside: .idle,
                [.ratioAtMost(3)]),
        ]
    }

    private var server: Program { service.program }

    /// One after the other; who begins changes from turn to turn.
    private func pair(_ row: inout Row, ours: () throws -> Measurement, beside: () throws -> Measurement) throws {
        let isFirst = row.ours.samples.count % 2 == 1
        if isFirst { row.ours.samples.append(try ours()) }
        row.beside.samples.append(try beside())
        if !isFirst { row.ours.samples.append(try ours()) }
    }

    var profile: load_answer { load_answer(kind: LOAD_PROFILE, items: 1) }

    func measureResolves(_ row: inout Row) throws {
        let (depth, count) = (row.depth, row.connections)
        let connections = try (0..<count).map { _ in try Connection(port: service.port) }
        let load = Load(requests: resolves, answer: profile, depth: depth)
        try pair(
            &row, ours: { try load.run(on: connections, seconds: options.seconds, server: server) },
            beside: { try redis.get(connections: count, depth: depth, seconds: options.seconds) })
    }

    func measureSocket(_ row: inout Row) throws {
        guard let neighbour else { return }
        let connection = try Connection(socket: Self.socket(in: directory))
        let load = Load(requests: resolves, answer: profile)
        try pair(
            &row, ours: { try load.run(on: [connection], seconds: options.seconds, server: neighbour.program) },
            beside: { try redis.get(connections: 1, depth: 1, seconds: options.seconds, overSocket: true) })
    }

    func measureBatch(_ row: inout Row) throws {
        let size = 1_000
        var questions = Questions(options, seed: 2)
        let load = Load(
            requests: questions.frames(500, subjects: size), answer: load_answer(kind: LOAD_PROFILES, items: size),
            depth: row.depth)
        let connections = try (0..<row.connections).map { _ in try Connection(port: service.port) }
        row.ours.samples.append(
            try load.run(on: connections, seconds: options.seconds, server: server, items: size))
    }

    func measureCalls(_ row: inout Row) throws {
        func call(_ port: UInt16, _ method: String, _ server: Program) throws -> Measurement {
            try echo.call(
                port: port, method: method, requests: "\(directory)/requests", calls: options.calls,
                seconds: options.seconds, server: server)
        }
        try pair(
            &row, ours: { try call(service.grpcPort, "selvedge.v1.Identity/Resolve", server) },
            beside: { try call(echo.port, "bench.Echo/Resolve", echo.program) })
    }

    /// What the two loads differ by: Redis's answers to this bench's requests, beside redis-benchmark's.
    func measureGenerator(_ row: inout Row) throws {
        var questions = Questions(options, seed: 3)
        let requests = questions.gets(Self.drawn, keys: options.people * 3)
        let load = Load(requests: requests, answer: load_answer(kind: LOAD_VALUE, items: 1), depth: row.depth)
        let connection = try Connection(port: redis.port, speech: LOAD_REDIS)
        let depth = row.depth
        try pair(
            &row, ours: { try load.run(on: [connection], seconds: options.seconds, server: redis.program) },
            beside: { try redis.get(connections: 1, depth: depth, seconds: options.seconds) })
    }
}
