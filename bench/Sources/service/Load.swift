internal import CLoad
internal import Foundation
internal import Histogram

/// A connection of the load's.
final class Connection: @unchecked Sendable {
    let pointer: OpaquePointer

    init(port: UInt16, speech: load_speech = LOAD_WIRE) throws {
        guard let opened = load_open_tcp(port, speech) else { throw Failure(String(cString: load_error())) }
        pointer = opened
    }

    init(socket: String, speech: load_speech = LOAD_WIRE) throws {
        guard let opened = load_open_unix(socket, speech) else { throw Failure(String(cString: load_error())) }
        pointer = opened
    }

    deinit { load_close(pointer) }

    func check(_ code: some BinaryInteger) throws {
        if code < 0 { throw Failure("the load: \(String(cString: load_error()))") }
    }
}

/// Nanoseconds, kept as they come and counted afterwards.
final class Samples: @unchecked Sendable {
    private let values: UnsafeMutablePointer<UInt64>
    var raw: load_samples

    init(capacity: Int) {
        values = .allocate(capacity: capacity)
        // Its pages are mapped before the clock starts.
        values.initialize(repeating: 0, count: capacity)
        raw = load_samples(values: values, capacity: capacity, count: 0)
    }

    deinit { values.deallocate() }

    /// Microseconds; nil where nothing was measured.
    func percentiles() -> (p50: Double, p99: Double)? {
        var histogram = Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000)
        for place in 0..<min(raw.count, raw.capacity) { histogram.record(max(1, values[place])) }
        guard histogram.totalCount > 0 else { return nil }
        return (Double(histogram.valueAtPercentile(50)) / 1_000, Double(histogram.valueAtPercentile(99)) / 1_000)
    }
}

/// Closed loops.
struct Load {
    let requests: Requests
    let answer: load_answer
    var depth = 1

    /// Part of the time that goes before.
    private static let warmUp = 0.2

    /// - Parameter items: of each request.
    func run(on connections: [Connection], seconds: Double, server: Program, items: Int = 1) throws -> Measurement {
        let samples = Samples(capacity: 4_000_000)
        var tally = load_tally()
        let pointers = connections.map { Optional($0.pointer) }
        let spent = server.processorTime
        let first = Int.random(in: 0..<requests.count)
        try connections[0].check(
            load_closed(
                pointers, pointers.count, depth, requests.raw, first, answer, seconds * Self.warmUp, seconds,
                &samples.raw, &tally))
        let latencies = samples.percentiles()
        let done = Double(tally.requests) * Double(items)
        let processor = (server.processorTime - spent) / (done * (1 + Self.warmUp)) * 1e6
        return Measurement(
            value: done / (Double(tally.nanoseconds) * 1e-9), p50: latencies?.p50, p99: latencies?.p99,
            processor: processor)
    }
}
