internal import CLoad
internal import Foundation

/// One RecordStream on a connection of its own, from the thread that runs it.
final class Recording: @unchecked Sendable {
    private let connection: Connection
    private let traffic: Observations
    private let places: Range<Int>
    private let limit: Double
    private let seconds: Double
    private let stopping = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    /// From writing a batch, or when it was due, to its acknowledgement.
    let samples = Samples(capacity: 1_000_000)
    private(set) var tally = load_record_tally()
    /// How many batches it has sent.
    private(set) var sent = 0
    private var failure: (any Error)?
    private let done = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - places: of the batches that it may send.
    ///   - limit: observations a second at most; 0: what the service takes.
    ///   - seconds: for which it sends.
    init(_ traffic: Observations, _ places: Range<Int>, limit: Double = 0, seconds: Double, port: UInt16) throws {
        connection = try Connection(port: port)
        self.traffic = traffic
        self.places = places
        self.limit = limit
        self.seconds = seconds
        stopping.initialize(to: 0)
    }

    deinit { stopping.deallocate() }

    func run() throws {
        let count = traffic.counts.withUnsafeBufferPointer { counts in
            load_record(
                connection.pointer, traffic.batches.raw, counts.baseAddress, places.lowerBound, places.count, limit,
                seconds, stopping, &samples.raw, &tally)
        }
        try connection.check(count)
        sent = Int(count)
    }

    /// On a thread of its own, until `finish`.
    func start() {
        Thread.detachNewThread { [self] in
            do { try run() } catch { failure = error }
            done.signal()
        }
    }

    /// Stops sending, and waits for what is not yet acknowledged.
    func finish() throws {
        stopping.pointee = 1
        done.wait()
        if let failure { throw failure }
    }

    /// Acknowledged and not refused.
    var accepted: Double { Double(tally.observations - tally.refused) }

    /// Accepted a second.
    var rate: Double { accepted / (Double(tally.nanoseconds) * 1e-9) }
}
