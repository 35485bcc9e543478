internal import LMDB

/// The store that canaries are planted in, and lost from.
struct ScratchStore {
    let environment: Environment

    private static let rows = Table<UInt64Key, CanaryCodec>(
        name: "canary_rows", number: 1, erasure: .none(reason: "canaries are nobody's"))
    private static let longs = Table<UInt64Key, CanaryCodec>(
        name: "canary_longs", number: 2, erasure: .none(reason: "canaries are nobody's"))
    private static let whole = Table<UInt64Key, CanaryCodec>(
        name: "canary_whole", number: 3, erasure: .none(reason: "canaries are nobody's"))

    init(directory: String) throws(LMDBError) {
        environment = try Environment(
            directory: directory,
            tables: [Self.rows.declaration, Self.longs.declaration, Self.whole.declaration],
            options: Environment.Options(mapSize: 1 << 32, growthStep: 1 << 20))
    }

    /// A quarter of the canaries each in rows of which one in three is deleted, in values that are shortened, in values
    /// that run over an edge, and in pages that become free: those last, so that no transaction uses the pages again.
    func plant(_ canaries: [[UInt8]]) throws {
        let quarter = canaries.count / 4
        let page = try environment.pageSize
        try environment.write { transaction in
            for number in 0..<quarter {
                try transaction.put(Self.rows, UInt64(number), Self.value(canaries[number], at: 60, of: 150))
            }
            for number in quarter..<2 * quarter {
                // Twice in one transaction: the second is written over the first, which reaches further.
                let long = 2 * page + page / 2
                try transaction.put(Self.longs, UInt64(number), Self.value(canaries[number], at: long - 40, of: long))
                let short = [UInt8](repeating: UInt8(ascii: "s"), count: long - page / 4)
                try transaction.put(Self.longs, UInt64(number), short)
            }
            for number in 2 * quarter..<3 * quarter {
                // A page's head has 16 bytes, and a value begins with its version.
                let edge = page - 17 - 1 - number % 15
                let value = Self.value(canaries[number], at: edge, of: page + page / 2)
                try transaction.put(Self.longs, UInt64(number), value)
            }
            for number in 3 * quarter..<canaries.count {
                try transaction.put(Self.whole, UInt64(number), Self.value(canaries[number], at: 300, of: 1_200))
            }
        }
        try environment.write { transaction in
            for number in stride(from: 0, to: quarter, by: 3) { try transaction.delete(Self.rows, UInt64(number)) }
        }
        try environment.write { transaction in
            for number in 3 * quarter..<canaries.count { try transaction.delete(Self.whole, UInt64(number)) }
        }
    }

    private static func value(_ canary: [UInt8], at offset: Int, of count: Int) -> [UInt8] {
        var value = [UInt8](repeating: UInt8(ascii: "c"), count: count)
        value.replaceSubrange(offset..<offset + canary.count, with: canary)
        return value
    }
}

/// Bytes as they are.
private enum CanaryCodec: ValueCodec {
    static var version: UInt8 { 1 }

    static func encode(_ value: borrowing [UInt8], into writer: inout ByteWriter) {
        writer.append(contentsOf: copy value)
    }

    static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> [UInt8] {
        (0..<bytes.byteCount).map { bytes.uint8(at: $0) }
    }
}
