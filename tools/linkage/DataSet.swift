internal import Foundation
internal import Identity
internal import Stitching

/// Records of observation files, and the truth about them where there is one.
struct DataSet {
    struct Record {
        var source: String
        var recordID: String
        var attributes: [(name: String, value: String)]
        /// Namespace and value.
        var identifiers: [String] = []
    }

    let schema: AttributeSchema
    var records: [Record] = []
    /// By record; -1: not known.
    var truth: [Int32] = []

    /// - Parameter identifiers: whether identifiers are attributes too, codes by the names of their namespaces.
    init(paths: [String], truth: String?, without: Set<String>, identifiers takesIdentifiers: Bool = false) throws {
        let namespaces = ["email", "phone", "passport", "ssn", "drivers_license"]
        schema = takesIdentifiers ? try AttributeSchema(configured: namespaces.map { ($0, .code) }) : .standard
        let known = Set(AttributeSchema.standard.names)
        for path in paths {
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    let source = object["source"] as? String, let id = object["record_id"] as? String
                else { continue }
                let attributes = (object["attributes"] as? [String: String] ?? [:])
                    .filter { known.contains($0.key) && !without.contains($0.key) }
                    .sorted { $0.key < $1.key }
                let given = object["identifiers"] as? [[String: String]] ?? []
                var taken = attributes.map { (name: $0.key, value: $0.value) }
                for one in given where takesIdentifiers {
                    guard let name = one["namespace"], let value = one["value"], namespaces.contains(name) else {
                        continue
                    }
                    if !taken.contains(where: { $0.name == name }) { taken.append((name, value)) }
                }
                let identifiers = given.map {
                    "\($0["namespace"] ?? "") \($0["value"]?.lowercased() ?? "")"
                }
                records.append(
                    Record(
                        source: source, recordID: id, attributes: taken, identifiers: identifiers))
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

    /// Pairs of records, by their number in a table, that have an identifier in common; those on more than ten are nobody's.
    func joined(_ table: RecordTable) -> [(UInt32, UInt32)] {
        var holders: [String: [UInt32]] = [:]
        for (number, origin) in table.origins.enumerated() {
            for identifier in Set(records[origin].identifiers) {
                holders[identifier, default: []].append(UInt32(number))
            }
        }
        return holders.sorted { $0.key < $1.key }.filter { $0.value.count <= 10 }.flatMap { holder in
            zip(holder.value, holder.value.dropFirst()).map { ($0, $1) }
        }
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
