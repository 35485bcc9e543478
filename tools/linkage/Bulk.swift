internal import Dispatch
internal import Foundation
internal import Identity
internal import Stitching
internal import Synchronization

/// Bulk matching of a file of people under four rules, beside what others do with the same file: by the clock, on all cores.
struct Bulk {
    static let fields = ["given_name", "family_name", "birth_date", "street_address", "postal_code"]
    /// Two of these are shared by a candidate pair.
    private static let rules: [[FieldID]] = [
        [.familyName, .birthDate], [.givenName, .birthDate], [.familyName, .postalCode], [.givenName, .postalCode],
    ]
    /// As many as four rules may have without one record having more than 200 candidates.
    private static let blockLimit = 51

    private struct Refusal: Error, CustomStringConvertible {
        let problem: String

        var description: String { problem }
    }

    /// People of one shape, more of whom have names that are rare.
    private static func shape(people: Int) -> SyntheticShape {
        var shape = SyntheticShape()
        shape.people = people
        shape.fields = Set(fields)
        (shape.givenNames, shape.familyNames, shape.streets, shape.localities) = (2_000, 12_000, 20_000, 2_000)
        (shape.givenExponent, shape.familyExponent) = (0.7, 0.6)
        return shape
    }

    /// Writes record_id, the fields and the person's number, as CSV without quotes: no value has a comma.
    static func write(_ path: String, people: Int) throws {
        let data = DataSet(shape(people: people), seed: 1)
        var text = "record_id,\(fields.joined(separator: ",")),person\n"
        for (number, record) in data.records.enumerated() {
            let values = Dictionary(record.attributes.map { ($0.name, $0.value) }) { first, _ in first }
            let cells = fields.map { values[$0] ?? "" }
            precondition(!cells.contains { $0.contains(",") || $0.contains("\"") }, "a value has a comma")
            text += "\(number),\(cells.joined(separator: ",")),\(data.truth[number])\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        print("\(data.records.count) records")
    }

    /// Encodes and matches a file that `write` has written, and prints one JSON object.
    static func match(_ path: String) throws {
        let model = try trained()
        let clock = ContinuousClock()
        let start = clock.now
        let (table, people) = try read(path)
        let encoded = clock.now
        let matcher = BulkMatcher(table, model)
        let indexed = clock.now
        let links = matcher.links(atLeast: model.linkThreshold)
        let matched = clock.now
        let right = links.count {
            people[table.origins[Int($0.left)]] == people[table.origins[Int($0.right)]]
        }
        let answer: [String: Any] = [
            "records": table.count, "links": links.count, "right": right,
            "encode_seconds": seconds(start, encoded), "index_seconds": seconds(encoded, indexed),
            "match_seconds": seconds(indexed, matched), "peak_mebibytes": try peakMebibytes(),
        ]
        let json = try JSONSerialization.data(withJSONObject: answer, options: .sortedKeys)
        print(String(decoding: json, as: UTF8.self))
    }

    /// Of other people of the same shape, with four rules in place of those that it chose.
    private static func trained() throws -> LinkageModel {
        let data = DataSet(shape(people: 20_000), seed: 2)
        var model = try Training.train(try data.table(), schema: data.schema).model
        model.blocking = try BlockingPlan(
            rules.map { fields in
                .init(rule: BlockingRule(fields.map { (.whole, $0) }), blockLimit: blockLimit)
            })
        return model
    }

    /// Rows are encoded in the order of their keys, so that a table needs no second copy of them.
    private static func read(_ path: String) throws -> (table: RecordTable, people: [Int32]) {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
        var lines: [Range<Int>] = []
        var begin = 0
        for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(begin..<place)
            begin = place + 1
        }
        let header = "record_id,\(fields.joined(separator: ",")),person"
        guard let first = lines.first, String(decoding: bytes[first], as: UTF8.self) == header else {
            throw Refusal(problem: "\(path): the first line is not `\(header)`; make the file with --write")
        }
        lines.removeFirst()
        let commas = fields.count + 1
        for (number, line) in lines.enumerated() where bytes[line].count(where: { $0 == UInt8(ascii: ",") }) != commas {
            throw Refusal(problem: "\(path): line \(number + 2) has not \(commas + 1) fields")
        }
        guard !lines.isEmpty else { throw Refusal(problem: "\(path): it has no records") }
        let ring = try KeyRing(root: RootKey(random: CountingBytes()))
        let hasher = try ring.identityHasher(namespace: "record")
        var order: [(key: IdentityKey, line: Int)] = []
        order.reserveCapacity(lines.count)
        var people: [Int32] = []
        for (number, line) in lines.enumerated() {
            let row = bytes[line]
            let id = row.prefix { $0 != UInt8(ascii: ",") }
            order.append((hasher.key(normalised: Array(id).span), number))
            let comma = row.lastIndex(of: UInt8(ascii: ",")) ?? row.endIndex
            people.append(Int32(String(decoding: row[comma...].dropFirst(), as: UTF8.self)) ?? -1)
        }
        order.sort { $0.key < $1.key }
        let (pieces, size, sorted, all) = (8, (order.count + 7) / 8, order, lines)
        let made = Mutex<[RecordTable.Piece]>(Array(repeating: RecordTable.Piece(), count: pieces))
        DispatchQueue.concurrentPerform(iterations: pieces) { number in
            var encoder = RowEncoder(ring)
            var piece = RecordTable.Piece()
            for row in sorted[min(number * size, sorted.count)..<min((number + 1) * size, sorted.count)] {
                piece.append(row.key, encoder.encode(bytes[all[row.line]]), origin: row.line)
            }
            made.withLock { $0[number] = piece }
        }
        let table = RecordTable(
            made.withLock { made in
                defer { made = [] }
                return made
            })
        return (table, people)
    }

    private struct RowEncoder {
        private var encoder: FeatureEncoder

        init(_ ring: KeyRing) { encoder = FeatureEncoder(schema: .standard, keyRing: ring) }

        mutating func encode(_ line: ArraySlice<UInt8>) -> RecordEncoding {
            let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            precondition(cells.count == fields.count + 2, "a row has another number of fields")
            let values = zip(fields, cells.dropFirst()).filter { !$0.1.isEmpty }
                .map { (name: $0.0, value: String(decoding: $0.1, as: UTF8.self)) }
            guard let encoding = try? encoder.encode(values) else { preconditionFailure("a row cannot be encoded") }
            return encoding
        }
    }

    private static func seconds(_ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) -> Double {
        ((end - start) / .milliseconds(1)).rounded() / 1_000
    }

    /// Of this process.
    private static func peakMebibytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1_024
    }
}
