import Foundation
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// A file of slots in a directory of its own.
final class SlotFixture {
    let directory: TemporaryDirectory
    let keyRing: KeyRing
    var path: String { directory.path + "/keys.slots" }

    init() throws {
        directory = try TemporaryDirectory()
        keyRing = try KeyRing(bundle: KeyBundle(random: SystemRandom()))
        try KeySlots.create(at: path)
    }

    func open(forWriting: Bool = true, cachedKeys: Int = 1_024) throws -> KeySlots {
        try KeySlots.open(at: path, keyRing: keyRing, forWriting: forWriting, cachedKeys: cachedKeys)
    }

    var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: URL(filePath: path))) }
    }

    /// The file as another process would have left it.
    func replace(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    static func owners(_ range: Range<Int>) -> [SlotOwner] { range.map { .node(NodeID(UInt64($0))) } }

    static func place(_ node: Int, table: UInt8 = 7, key: [UInt8] = [1, 2, 3, 4]) -> SealedPlace {
        SealedPlace(table: table, schema: 1, subject: NodeID(UInt64(node)), key: key)
    }

    /// What a value comes to: its bytes, erased, or refused.
    enum Outcome: Equatable {
        case value([UInt8])
        case erased, refused
    }

    static func outcome(_ slots: KeySlots, _ sealed: [UInt8], _ place: SealedPlace) -> Outcome {
        do {
            switch try slots.open(sealed, at: place) {
            case .value(let plain): return .value(plain)
            case .erased: return .erased
            }
        } catch { return .refused }
    }
}

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
