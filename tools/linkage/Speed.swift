internal import Foundation
internal import Identity
internal import Stitching

/// How fast records are encoded and pairs are weighed, by the processor's time of one core: five fields.
struct Speed {
    static let fields: Set<String> = ["given_name", "family_name", "birth_date", "street_address", "postal_code"]

    static func measure(people: Int) throws {
        var shape = SyntheticShape()
        shape.people = people
        shape.fields = fields
        let data = DataSet(shape, seed: 1)
        var encoder = FeatureEncoder(schema: data.schema, keyRing: try KeyRing(root: RootKey(random: CountingBytes())))
        var encodings: [(key: IdentityKey, encoding: RecordEncoding)] = []
        var bytes = 0
        let encoding = try processorTime {
            for (number, record) in data.records.enumerated() {
                let encoding = try encoder.encode(record.attributes)
                encodings.append((IdentityKey(high: UInt64(number) &* 0x9e37_79b9_7f4a_7c15, low: 0), encoding))
            }
        }
        for encoding in encodings { bytes += encoding.encoding.bytes.count }
        print(
            "  encoding \(microseconds(encoding) / Double(encodings.count)) us a record, \(bytes / encodings.count) bytes"
        )
        let table = RecordTable(encodings)
        var trained: Training.Outcome?
        let training = try processorTime { trained = try Training.train(table, schema: data.schema) }
        guard let model = trained?.model else { return }
        print("  training \(training)")
        var matcher: BulkMatcher?
        let indexing = processorTime { matcher = BulkMatcher(table, model) }
        guard let matcher else { return }
        print("  indexing \(indexing) by \(model.blocking.entries.count) rules")
        var candidates: [(UInt32, UInt32)] = []
        var found: [UInt32] = []
        let finding = processorTime {
            for record in 0..<table.count {
                matcher.blocks.candidates(of: record, after: record, into: &found)
                for other in found { candidates.append((UInt32(record), other)) }
            }
        }
        print("  finding \(candidates.count) candidates: \(finding)")
        var sum = 0
        let rounds = 3_000_000 / max(candidates.count, 1) + 1
        let scoring = processorTime {
            for _ in 0..<rounds {
                for (left, right) in candidates { sum &+= Int(matcher.weight(left, right).rawValue) }
            }
        }
        let pairs = Double(rounds * candidates.count)
        print("  scoring candidates: \(pairs / microseconds(scoring)) million pairs a second (\(sum & 1))")
        var dice = Dice(seed: 5)
        let random = (0..<2_000_000).map { _ in (UInt32(dice.below(table.count)), UInt32(dice.below(table.count))) }
        let scattered = processorTime {
            for (left, right) in random { sum &+= Int(matcher.weight(left, right).rawValue) }
        }
        print(
            "  scoring random pairs: \(Double(random.count) / microseconds(scattered)) million pairs a second (\(sum & 1))"
        )
    }

    /// What others run at the same time does not count.
    private static func processorTime(_ body: () throws -> Void) rethrows -> Duration {
        let start = clock()
        try body()
        return .microseconds(Int64(clock() - start))
    }

    private static func microseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e6 + Double(duration.components.attoseconds) / 1e12
    }
}
