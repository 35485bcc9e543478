import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

@Suite struct SuppressionTests {
    private let directory: TemporaryDirectory
    private let environment: Environment

    init() throws {
        directory = try TemporaryDirectory()
        environment = try Environment(
            directory: directory.path, tables: [Tables.suppressions.declaration, Tables.dataKeys.declaration],
            options: Environment.Options(mapSize: 1 << 28, growthStep: 1 << 20))
    }

    private func digest(_ number: Int) -> Digest { Digest(sha256: Array("value \(number)".utf8).span) }

    @Test func whoIsSuppressedStaysSoThroughEveryRotation() throws {
        var bundle = try KeyBundle(random: SystemRandom())
        var suppressed: Set<Int> = []
        var suppressions = Suppressions()
        var generator = SeededGenerator(seed: 1)
        for version in UInt16(1)...4 {
            if version > 1 { bundle = try bundle.adding(KeyName(.identity, version: version), random: SystemRandom()) }
            let ring = try KeyRing(bundle: bundle)
            let hasher = try ring.identityHasher(namespace: "email")
            // Some more are erased under this version's keys.
            for _ in 0..<20 {
                let number = generator.int(0...199)
                guard suppressed.insert(number).inserted else { continue }
                let row = SuppressionRow(
                    keyVersion: version, cause: generator.pick([.erased, .objected]),
                    time: Timestamp(milliseconds: 1_000), reference: UInt64(number))
                try environment.write { transaction in
                    let key = ring.suppressionKey(hasher.key(sha256: digest(number)))
                    try transaction.put(Tables.suppressions, key, row)
                }
                suppressions.add(version: version)
            }
            try environment.read { snapshot in
                #expect(try Suppressions(snapshot) == suppressions)
                for number in 0..<200 {
                    let keys = hasher.keysByVersion(sha256: digest(number))
                    let byTable = try suppressions.answer(for: keys, keyRing: ring, snapshot)
                    let byClosure = try suppressions.answer(for: keys, keyRing: ring) {
                        try snapshot.get(Tables.suppressions, $0)
                    }
                    #expect(byTable == byClosure)
                    if case .suppressed(let row) = byTable {
                        #expect(suppressed.contains(number) && row.reference == UInt64(number))
                    } else {
                        #expect(byTable == .free && !suppressed.contains(number))
                    }
                }
                // An older key that is held is as good: it is nested up.
                let older = try ring.identityHasher(namespace: "email", version: 1)
                let nestings = try ring.nestings(from: 1, to: version)
                for number in suppressed {
                    var keys: [UInt16: IdentityKey] = [1: older.key(sha256: digest(number))]
                    for nesting in nestings {
                        keys[nesting.version] = keys[nesting.version - 1].map { nesting.nested($0) }
                    }
                    #expect(keys == hasher.keysByVersion(sha256: digest(number)))
                }
            }
        }
    }

    @Test func withoutAVersionsKeyNobodyIsSaidToBeFree() throws {
        let bundle = try KeyBundle(random: SystemRandom()).adding(
            KeyName(.identity, version: 2), random: SystemRandom())
        let ring = try KeyRing(bundle: bundle)
        let hasher = try ring.identityHasher(namespace: "email")
        var suppressions = Suppressions()
        suppressions.add(version: 1)
        suppressions.add(version: 2)
        let newest = hasher.key(sha256: digest(1))
        #expect(suppressions.answer(for: [2: newest], keyRing: ring) { _ in nil } == .unknown(version: 1))
        let row = SuppressionRow(keyVersion: 2, cause: .erased, time: Timestamp(milliseconds: 0), reference: 1)
        #expect(suppressions.answer(for: [2: newest], keyRing: ring) { _ in row } == .suppressed(row))
        suppressions.remove(version: 1)
        #expect(suppressions.answer(for: [2: newest], keyRing: ring) { _ in nil } == .free)
        #expect(suppressions.inUse == [2])
    }

    @Test func aRowTellsNothingOfItsIdentifier() throws {
        let first = try KeyRing(bundle: KeyBundle(random: SystemRandom()))
        let second = try KeyRing(bundle: KeyBundle(random: SystemRandom()))
        let key = IdentityKey(high: 1, low: 2)
        #expect(first.suppressionKey(key) == first.suppressionKey(key))
        #expect(first.suppressionKey(key) != second.suppressionKey(key))
        #expect(first.suppressionKey(key) != SuppressionKey(Bytes16(high: 1, low: 2)))
    }

    @Test func rowsHaveTheirGoldenBytes() throws {
        let row = SuppressionRow(keyVersion: 3, cause: .objected, time: Timestamp(milliseconds: 4), reference: 5)
        let id = DataKeyID(slot: 6, generation: 7)
        try environment.write { transaction in
            try transaction.put(Tables.suppressions, SuppressionKey(Bytes16(high: 8, low: 9)), row)
            try transaction.put(Tables.dataKeys, NodeID(10), id)
            func bytes(_ payload: RawSpan) -> String {
                hexadecimal((0..<payload.byteCount).map { payload.uint8(at: $0) })
            }
            let key = SuppressionKey(Bytes16(high: 8, low: 9))
            #expect(
                try transaction.withValue(Tables.suppressions, key) { bytes($0) }
                    == "0003" + "02" + "000000000004" + "0000000000000005")
            #expect(
                try transaction.withValue(Tables.dataKeys, NodeID(10)) { bytes($0) } == "000000000006" + "00000007")
            #expect(try transaction.get(Tables.suppressions, key) == row)
            #expect(try transaction.get(Tables.dataKeys, NodeID(10)) == id)
        }
    }

    @Test func onlyWholeRowsAreRead() {
        var writer = ByteWriter(capacity: 32)
        SuppressionCodec.encode(
            SuppressionRow(keyVersion: 1, cause: .erased, time: Timestamp(milliseconds: 2), reference: 3), into: &writer
        )
        for count in 0..<writer.count {
            #expect(throws: CodecError.self) {
                try SuppressionCodec.decode(writer.bytes.extracting(0..<count), version: 1)
            }
        }
    }
}
