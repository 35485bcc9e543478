internal import Dispatch
internal import ServiceLifecycle

/// The server's life: it binds, serves, drains and closes the store, in this order.
///
/// Told to stop, it takes no new callers, tells the present ones, answers what is open for as long as `drain` allows,
/// lets the writer finish what it was handed, and ends. When the store fails it is not ready from that moment, gives callers
/// `failureDrain` to be told, and ends with `ServiceFailure.store`.
package final class SelvedgeService: Service {
    /// A way in with its name in the line that says where the server listens.
    package struct Door: Sendable {
        package let name: StaticString
        package let transport: any Transport

        package init(_ name: StaticString, _ transport: any Transport) {
            self.name = name
            self.transport = transport
        }
    }

    /// Told once, when callers are taken: what is served where.
    package typealias Listening = @Sendable ([(door: String, address: BoundAddress)]) -> Void

    /// Long enough for callers and health checks to be told that the store has failed.
    package static let failureDrain = Duration.seconds(2)

    private let doors: [Door]
    private let http: Door?
    private let readiness: Readiness
    private let drain: Duration
    private let log: ServiceLog
    private let onListening: Listening
    private let onEnd: @Sendable () -> Void

    /// - Parameters:
    ///   - doors: in the order in which they are opened; `http` comes last and closes last.
    ///   - onEnd: finishes what was handed to the writer; may block.
    package init(
        doors: [Door], http: Door?, readiness: Readiness, drain: Duration, log: ServiceLog,
        onListening: @escaping Listening, onEnd: @escaping @Sendable () -> Void
    ) {
        self.doors = doors
        self.http = http
        self.readiness = readiness
        self.drain = drain
        self.log = log
        self.onListening = onListening
        self.onEnd = onEnd
    }

    package func run() async throws {
        let bound: [(door: String, address: BoundAddress)]
        do {
            bound = try await open()
        } catch {
            await close(within: .zero)
            throw error
        }
        readiness.becomeReady()
        onListening(bound)
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await readiness.end()
            } onGracefulShutdown: {
                self.readiness.beginDraining()
            }
        } onCancel: {
            readiness.beginDraining()
        }
        try await end()
    }

    private func open() async throws -> [(door: String, address: BoundAddress)] {
        var bound: [(door: String, address: BoundAddress)] = []
        for door in doors + (http.map { [$0] } ?? []) {
            let address: BoundAddress
            do {
                address = try await door.transport.start()
            } catch {
                throw ServiceFailure.listening(door: "\(door.name)", problem: LogField.words(error))
            }
            log.info("listening", .word("door", door.name), .address("address", address))
            bound.append(("\(door.name)", address))
        }
        return bound
    }

    private func end() async throws {
        if case .failed(let reason) = readiness.state {
            log.error("the store failed; the server stops", .problem(words: reason))
            let end = ContinuousClock.now + Self.failureDrain
            await close(within: Self.failureDrain) { try? await Task.sleep(until: end, clock: .continuous) }
        } else {
            log.info("draining", .time("at_most", drain))
            await close(within: drain)
        }
        if case .failed(let reason) = readiness.state { throw ServiceFailure.store(reason) }
        log.info("stopped")
    }

    /// - Parameter linger: waited for before HTTP stops.
    private func close(within time: Duration, linger: @Sendable () async -> Void = {}) async {
        await withTaskGroup(of: Void.self) { group in
            for door in doors { group.addTask { await door.transport.drain(within: time) } }
        }
        for door in doors { await door.transport.stop() }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.onEnd()
                continuation.resume()
            }
        }
        await linger()
        await http?.transport.stop()
    }
}
