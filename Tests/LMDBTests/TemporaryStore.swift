import Foundation
import LMDB

/// A directory of its own, removed at the end of the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        let directory = parent.appending(path: "lmdb-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        path = directory.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var dataFile: URL { URL(filePath: path).appending(path: "data.mdb") }
}

/// A value of any bytes.
enum BytesCodec: ValueCodec {
    static var version: UInt8 { 1 }

    static func encode(_ value: borrowing [UInt8], into writer: inout ByteWriter) {
        writer.append(contentsOf: copy value)
    }

    static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> [UInt8] { bytes.array }
}

extension RawSpan {
    var array: [UInt8] { (0..<byteCount).map { uint8(at: $0) } }
}

/// A later version of the same values.
enum LaterBytesCodec: ValueCodec {
    static var version: UInt8 { 2 }

    static func encode(_ value: borrowing [UInt8], into writer: inout ByteWriter) {
        writer.append(contentsOf: copy value)
    }

    static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> [UInt8] { bytes.array + [version] }
}

enum Tables {
    static let people = Table<Bytes16Key, BytesCodec>(name: "people", number: 1, erasure: .byIdentityKey)
    static let numbers = Table<UInt64Key, BytesCodec>(name: "numbers", number: 2, erasure: .byNode)
    static let pairs = Table<PairKey, BytesCodec>(name: "pairs", number: 3, erasure: .byNodePair)
    static let all = [people.declaration, numbers.declaration, pairs.declaration]
    static let laterNumbers = Table<UInt64Key, LaterBytesCodec>(name: "numbers", number: 2, erasure: .byNode)
}

extension TemporaryDirectory {
    func open(_ options: Environment.Options = .init(mapSize: 1 << 30)) throws(LMDBError) -> Environment {
        try Environment(directory: path, tables: Tables.all, options: options)
    }

    /// A store of `count` numbers over `commits` transactions, closed again. The content is a function of the number.
    func fill(count: Int, commits: Int = 1) throws {
        let store = try open()
        for commit in 0..<commits {
            try store.write { transaction in
                for number in stride(from: commit, to: count, by: commits) {
                    try transaction.put(Tables.numbers, UInt64(number), Self.content(of: UInt64(number)))
                }
            }
        }
    }

    static func content(of number: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: number)
        return (0..<Int(10 + number % 60)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

/// SplitMix64: a seed replays a run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
