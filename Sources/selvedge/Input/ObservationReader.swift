internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

/// One line of input: an observation with keys in place of values, or why it is none.
struct KeyedLine: Sendable {
    var line: Int
    var result: Result<KeyedObservation, Refusal>
}

/// Lines that were read and keyed together.
struct KeyedLines: Sendable {
    var lines: [KeyedLine] = []
    /// The last line that it covers, blank ones included.
    var lastLine = 0
    var byteCount = 0
    /// Bytes of input up to its end.
    var position = 0
}

/// Observations of a JSON Lines file or of standard input, in order, read and keyed on threads of their own.
struct ObservationReader {
    /// What messages call the input.
    let name: String
    /// Bytes of the input; nil: not known.
    let size: Int?
    private let conveyor: Conveyor<LineChunk, KeyedLines>

    /// - Parameter path: `-` for standard input.
    init(_ path: String, _ engine: Engine) throws {
        let descriptor = try Self.open(path)
        name = path == "-" ? "stdin" : path
        size = descriptor.size
        var chunks = LineChunks(descriptor, lineLimit: engine.store.configuration.limits.lineBytes)
        let threads = min(2, max(1, ProcessInfo.processInfo.activeProcessorCount - 1))
        conveyor = try Conveyor(threads: threads, make: { try chunks.next() }) {
            // One for each thread, so that they share no reference count.
            let intake = try engine.intakeNow()
            return { Self.key($0, intake) }
        }
    }

    func next(timeout: Duration? = nil) throws -> Conveyor<LineChunk, KeyedLines>.Delivery {
        do {
            return try conveyor.next(timeout: timeout)
        } catch let error as SystemError {
            throw Failure(.refusedInput, "\(name) cannot be read: \(error)")
        }
    }

    func stop() { conveyor.stop() }

    static func open(_ path: String) throws -> Descriptor {
        if path == "-" { return Descriptor(STDIN_FILENO) }
        do {
            return try Descriptor.open(path, O_RDONLY)
        } catch {
            throw Failure(.refusedInput, "\(path) cannot be read: \(error)")
        }
    }

    private static func key(_ chunk: LineChunk, _ intake: Intake) -> KeyedLines {
        var keyed = KeyedLines(byteCount: chunk.bytes.count, position: chunk.position)
        let bytes = chunk.bytes.span
        var line = chunk.firstLine
        var start = 0
        // A byte order mark may begin the first line.
        if line == 1, chunk.bytes.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            if !isBlank(bytes.extracting(start..<end)) {
                keyed.lines.append(KeyedLine(line: line, result: key(bytes.extracting(start..<end), intake)))
            }
            keyed.lastLine = line
            line += 1
            start = end + 1
        }
        return keyed
    }

    private static func key(_ line: Span<UInt8>, _ intake: Intake) -> Result<KeyedObservation, Refusal> {
        do throws(Refusal) {
            return .success(try intake.key(try intake.draft(jsonLine: line)))
        } catch {
            return .failure(error)
        }
    }

    private static func isBlank(_ line: Span<UInt8>) -> Bool {
        for index in line.indices where !(line[index] == 0x20 || line[index] == 0x09 || line[index] == 0x0d) {
            return false
        }
        return true
    }
}
