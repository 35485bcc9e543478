internal import Backfill
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

/// One line of input: what was made of it, or why it is none.
struct ReadLine<Item: Sendable>: Sendable {
    var line: Int
    var result: Result<Item, Refusal>
}

/// Lines that were read together.
struct ReadLines<Item: Sendable>: Sendable {
    var lines: [ReadLine<Item>] = []
    /// The last line that it covers, blank ones included.
    var lastLine = 0
    var byteCount = 0
    /// Bytes of input up to its end.
    var position = 0
}

/// What is made of a line, on a thread of its own.
protocol LineWorker: Sendable {
    associatedtype Item: Sendable

    func item(_ line: Span<UInt8>) -> Result<Item, Refusal>
}

/// Observations with keys in place of values, for a store.
struct Keying: LineWorker {
    let intake: Intake

    func item(_ line: Span<UInt8>) -> Result<KeyedObservation, Refusal> {
        do throws(Refusal) {
            return .success(try intake.key(try intake.draft(jsonLine: line)))
        } catch {
            return .failure(error)
        }
    }
}

/// Observations as they are, for a server, which knows the limits.
struct Passing: LineWorker {
    /// One line must fit into a message beside others.
    static let limits: Limits = {
        var limits = Limits.widest
        limits.lineBytes = 2 << 20
        return limits
    }()

    func item(_ line: Span<UInt8>) -> Result<SelvedgeObservation, Refusal> {
        do throws(Refusal) {
            return .success(try SelvedgeObservation(try ObservationDraft(jsonLine: line, limits: Self.limits)))
        } catch {
            return .failure(error)
        }
    }
}

/// Observations of a JSON Lines file or of standard input, in order, read on threads of their own.
struct ObservationReader<Worker: LineWorker> {
    /// What messages call the input.
    let name: String
    /// Bytes of the input; nil: not known.
    let size: Int?
    private let conveyor: Conveyor<LineChunk, ReadLines<Worker.Item>>

    /// - Parameter path: `-` for standard input.
    private init(_ path: String, lineLimit: Int, _ worker: () throws -> Worker) throws {
        let descriptor = try Descriptor.input(path)
        name = path == "-" ? "stdin" : path
        size = descriptor.size
        var chunks = LineChunks(descriptor, lineLimit: lineLimit)
        let threads = min(2, max(1, ProcessInfo.processInfo.activeProcessorCount - 1))
        conveyor = try Conveyor(threads: threads, make: { try chunks.next() }) {
            // One for each thread, so that they share no reference count.
            let worker = try worker()
            return { Self.read($0, worker) }
        }
    }

    func next(timeout: Duration? = nil) throws -> Conveyor<LineChunk, ReadLines<Worker.Item>>.Delivery {
        do {
            return try conveyor.next(timeout: timeout)
        } catch let error as SystemError {
            throw Failure(.refusedInput, "\(name) cannot be read: \(error)")
        }
    }

    func stop() { conveyor.stop() }

    private static func read(_ chunk: LineChunk, _ worker: Worker) -> ReadLines<Worker.Item> {
        var read = ReadLines<Worker.Item>(byteCount: chunk.bytes.count, position: chunk.position)
        let bytes = chunk.bytes.span
        var line = chunk.firstLine
        var start = 0
        // A byte order mark may begin the first line.
        if line == 1, chunk.bytes.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            if !isBlank(bytes.extracting(start..<end)) {
                read.lines.append(ReadLine(line: line, result: worker.item(bytes.extracting(start..<end))))
            }
            read.lastLine = line
            line += 1
            start = end + 1
        }
        return read
    }

    private static func isBlank(_ line: Span<UInt8>) -> Bool {
        for index in line.indices where !(line[index] == 0x20 || line[index] == 0x09 || line[index] == 0x0d) {
            return false
        }
        return true
    }
}

extension ObservationReader where Worker == Keying {
    init(_ path: String, _ engine: Engine) throws {
        let limit = engine.store.configuration.limits.lineBytes
        try self.init(path, lineLimit: limit) { Keying(intake: try engine.intakeNow()) }
    }
}

extension ObservationReader where Worker == Passing {
    /// For a server.
    init(_ path: String) throws { try self.init(path, lineLimit: Passing.limits.lineBytes) { Passing() } }
}
