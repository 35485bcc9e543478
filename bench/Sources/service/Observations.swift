internal import Foundation

/// The simulator's traffic as batches of RecordStream, encoded before the clock starts.
struct Observations {
    /// MESSAGE frames, each with up to so many observations; how many, in `counts`.
    let batches: Requests
    let counts: [UInt32]

    /// - Parameters:
    ///   - path: JSON Lines of `simulate`.
    ///   - batch: observations to a message.
    init(path: String, batch: Int) throws {
        let file = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        let lines = file.split(separator: UInt8(ascii: "\n"))
        // As if it had been made until an hour ago: nothing is later than its receipt.
        let shift = Int64(Date().timeIntervalSince1970 * 1_000) - 3_600_000 - (try Self.newest(of: lines))
        var builder = Requests.Builder()
        var counts: [UInt32] = []
        for start in stride(from: 0, to: lines.count, by: batch) {
            let end = min(start + batch, lines.count)
            var message = ProtoWriter()
            message.field(1, UInt64(counts.count + 1))
            for line in lines[start..<end] { message.field(2, try Self.observation([UInt8](line), shift: shift)) }
            builder.append { bytes in
                bytes.appendHeader(length: message.bytes.count, kind: 3, flags: 0, code: 0, stream: 1)
                bytes += message.bytes
            }
            counts.append(UInt32(end - start))
        }
        batches = Requests(builder)
        self.counts = counts
    }

    private static func newest(of lines: [Data]) throws -> Int64 {
        var newest = Int64.min
        for line in lines {
            var scanner = Scanner([UInt8](line.prefix(200)))
            var time: Int64?
            // The fields before `identifiers` say when.
            try? scanner.forEachField { key, scanner in
                guard key == "time" else { return _ = try scanner.optionalString() }
                time = try milliseconds(try scanner.string())
                throw scanner.unexpected
            }
            guard let time else { throw Failure("a line of the simulator has no time") }
            newest = max(newest, time)
        }
        return newest
    }

    /// The message Observation of a line.
    private static func observation(_ line: [UInt8], shift: Int64) throws -> ProtoWriter {
        var scanner = Scanner(line)
        var message = ProtoWriter()
        try scanner.forEachField { key, scanner in
            switch key {
            case "id": message.field(1, try scanner.string())
            case "source": message.field(2, try scanner.string())
            case "record_id": if let id = try scanner.optionalString() { message.field(3, id) }
            case "time": message.field(4, UInt64(try milliseconds(try scanner.string()) + shift))
            case "identifiers": try scanner.forEachElement { message.field(5, try identifier(&$0)) }
            case "attributes": message.field(6, try scanner.object())
            case "behaviour": message.field(7, try scanner.object())
            case "context": message.field(8, try scanner.object())
            case "consents": try scanner.forEachElement { message.field(9, try decision(&$0)) }
            default: throw Failure("the simulator writes a field \(key), which the bench does not know")
            }
        }
        return message
    }

    private static func identifier(_ scanner: inout Scanner) throws -> ProtoWriter {
        var message = ProtoWriter()
        try scanner.forEachField { key, scanner in
            message.field(key == "namespace" ? 1 : 2, try scanner.string())
        }
        return message
    }

    private static func decision(_ scanner: inout Scanner) throws -> ProtoWriter {
        let numbers = ["namespace": 1, "purpose": 2, "decision": 3, "scope": 4, "jurisdiction": 6, "channel": 9]
        var message = ProtoWriter()
        try scanner.forEachField { key, scanner in
            guard let number = numbers[key] else { throw Failure("the simulator writes a consent's \(key)") }
            message.field(number, try scanner.string())
        }
        return message
    }

    /// Since 1970, of a time as the simulator writes it: 2026-01-06T06:32:54.944Z.
    private static func milliseconds(_ text: String) throws -> Int64 {
        let parts = text.split(whereSeparator: { "-T:.Z".contains($0) }).compactMap { Int64($0) }
        guard parts.count == 7 else { throw Failure("a time of the simulator has another form") }
        // Days since 1970 of the civil calendar: years begin in March, eras have 400 years.
        let year = parts[1] > 2 ? parts[0] : parts[0] - 1
        let era = year / 400
        let ofYear = (153 * ((parts[1] + 9) % 12) + 2) / 5 + parts[2] - 1
        let ofEra = (year - era * 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + ofYear
        let days = era * 146_097 + ofEra - 719_468
        return (((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]) * 1_000 + parts[6]
    }
}
