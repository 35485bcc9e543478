internal import Foundation
internal import Identity
internal import Stitching

/// Records of observation files, and the truth about them where there is one.
struct DataSet {
    struct Record {
        var source: String
        var recordID: String
        var attributes: [(name: String, value: String)]
    }

    let schema: AttributeSchema
    var records: [Record] = []
    /// By record; -1: not known.
    var truth: [Int32] = []

    init(paths: [String], truth: String?, without: Set<String>) throws {
        schema = .standard
        let known = Set(schema.names)
        for path in paths {
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    let source = object["source"] as? String, let id = object["record_id"] as? String
                else { continue }
                let attributes = (object["attributes"] as? [String: String] ?? [:])
                    .filter { known.contains($0.key) && !without.contains($0.key) }
                    .sorted { $0.key < $1.key }
                records.append(Record(source: source, recordID: id, attributes: attributes.map { ($0.key, $0.value) }))
            }
        }
        if let truth { try readTruth(truth) }
    }

    init(_ shape: SyntheticShape, seed: UInt64) {
        schema = .standard
        let made = SyntheticRecords(shape, seed: seed)
        records = made.records
        truth = made.truth
    }

    private mutating func readTruth(_ path: String) throws {
        var people: [String: Int32] = [:]
        var personOfRecord: [String: Int32] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            // source,record_id,truth, or data_source,record_id,record_type,truth...
            let name = cells.count > 3 ? cells[3] : cells[2]
            let person = people[name] ?? Int32(people.count)
            people[name] = person
            personOfRecord[cells[0].lowercased() + "," + cells[1]] = person
        }
        truth = records.map { personOfRecord[$0.source.lowercased() + "," + $0.recordID] ?? -1 }
    }

    /// Encoded under a key of the tool's own, the same in every run.
    func table() throws -> RecordTable {
        let ring = try KeyRing(root: RootKey(random: CountingBytes()))
        var encoder = FeatureEncoder(schema: schema, keyRing: ring)
        let hasher = try ring.identityHasher(namespace: "record")
        var encoded: [(key: IdentityKey, encoding: RecordEncoding)] = []
        for record in records {
            let id = Array("\(record.source)\u{0}\(record.recordID)".utf8)
            encoded.append((hasher.key(normalised: id.span), try encoder.encode(record.attributes)))
        }
        return RecordTable(encoded)
    }
}

/// Bytes 0, 1, 2...
struct CountingBytes: RandomSource {
    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in buffer.indices { unsafe buffer[index] = UInt8(truncatingIfNeeded: index) }
    }
}
