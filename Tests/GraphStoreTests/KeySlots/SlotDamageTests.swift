import Foundation
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// What a kill, a power cut or a flipped byte leaves.
@Suite struct SlotDamageTests {
    private static let head = 4_096
    private static let width = 128

    /// Every mixture of the old bytes and the new ones that a power cut may leave of one write: cut after any byte, from
    /// either end, and sectors of any mixture.
    private static func torn(
        _ old: [UInt8], _ new: [UInt8], _ range: Range<Int>, _ generator: inout SeededGenerator
    ) -> [[UInt8]] {
        var states: [[UInt8]] = []
        for _ in 0..<6 {
            let cut = generator.int(range.lowerBound...range.upperBound)
            var front = old
            front.replaceSubrange(range.lowerBound..<cut, with: new[range.lowerBound..<cut])
            var back = new
            back.replaceSubrange(range.lowerBound..<cut, with: old[range.lowerBound..<cut])
            states += [front, back]
        }
        var sectors = old
        for start in stride(from: range.lowerBound / 512 * 512, to: range.upperBound, by: 512)
        where generator.chance(50) {
            let sector = start..<min(start + 512, old.count)
            sectors.replaceSubrange(sector, with: new[sector])
        }
        return states + [sectors]
    }

    @Test func aTornGiftIsFreeOrWholeAndNeverWrong() throws {
        for seed in 1...UInt64(max(Int(200 * TestScale.factor), 20)) {
            var generator = SeededGenerator(seed: seed)
            let fixture = try SlotFixture()
            let first = generator.int(0...20)
            let count = generator.int(1...12)
            var kept: [(Int, [UInt8])] = []
            do {
                let slots = try fixture.open()
                let ids = try slots.give(to: SlotFixture.owners(0..<first), random: SystemRandom())
                try slots.sync()
                for (node, id) in ids.enumerated() {
                    kept.append((node, try slots.seal([1], at: SlotFixture.place(node), under: id)))
                }
            }
            let old = try fixture.bytes
            let ids = try fixture.open().give(to: SlotFixture.owners(first..<first + count), random: SystemRandom())
            let new = try fixture.bytes
            let padded = old + [UInt8](repeating: 0, count: new.count - old.count)
            let range = Self.head + first * Self.width..<Self.head + (first + count) * Self.width
            for state in Self.torn(padded, new, range, &generator) {
                try fixture.replace(state)
                let slots = try fixture.open()
                // Nothing was committed that uses the new ones.
                let sweep = try slots.sweep { $0 < UInt64(first) }
                #expect(sweep.damaged.isEmpty, "seed \(seed)")
                for (node, value) in kept {
                    #expect(try slots.open(value, at: SlotFixture.place(node)) == .value([1]), "seed \(seed)")
                }
                // What was swept is gone, and its number is not given again where a byte of it had come to the disk.
                for id in ids where id.slot < slots.given {
                    #expect(try slots.owner(of: id) == nil, "seed \(seed), slot \(id.slot)")
                }
                let next = try slots.give(to: SlotFixture.owners(0..<1), random: SystemRandom())[0]
                #expect(try slots.owner(of: next) == .node(NodeID(0)), "seed \(seed)")
            }
        }
    }

    @Test func aTornShredIsFinishedByShreddingAgain() throws {
        for seed in 1...UInt64(max(Int(200 * TestScale.factor), 20)) {
            var generator = SeededGenerator(seed: seed)
            let fixture = try SlotFixture()
            let slots = try fixture.open()
            let count = generator.int(2...12)
            let ids = try slots.give(to: SlotFixture.owners(0..<count), random: SystemRandom())
            try slots.sync()
            let values = try ids.indices.map { try slots.seal([2], at: SlotFixture.place($0), under: ids[$0]) }
            _ = try slots.sweep { _ in true }
            let old = try fixture.bytes
            let gone = generator.int(0...count - 1)
            try slots.shred([ids[gone]])
            let new = try fixture.bytes
            let range = Self.head + gone * Self.width..<Self.head + (gone + 1) * Self.width
            for state in Self.torn(old, new, range, &generator) {
                try fixture.replace(state)
                let again = try fixture.open()
                // Halfway it opens, or is damage, or is erased: never a wrong value, and the others are untouched.
                let halfway = SlotFixture.outcome(again, values[gone], SlotFixture.place(gone))
                #expect([.value([2]), .erased, .refused].contains(halfway), "seed \(seed)")
                try again.shred([ids[gone]])
                for node in ids.indices {
                    let expected: Unsealed = node == gone ? .erased : .value([2])
                    #expect(try again.open(values[node], at: SlotFixture.place(node)) == expected, "seed \(seed)")
                }
            }
        }
    }

    @Test func aTornHeadIsTheOldOrTheNewOne() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        _ = try slots.give(to: SlotFixture.owners(0..<9), random: SystemRandom())
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<40 {
            let old = try fixture.bytes
            try slots.beginGeneration()
            let new = try fixture.bytes
            for offset in [0, 512] {
                for state in Self.torn(old, new, offset..<offset + 128, &generator) {
                    try fixture.replace(state)
                    #expect(try fixture.open().given == 9)
                }
            }
            try fixture.replace(new)
        }
    }

    @Test func aFlippedByteOfASlotIsDamageAndNeverAKey() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let id = try slots.give(to: SlotFixture.owners(0..<3), random: SystemRandom())[1]
        let value = try slots.seal([7], at: SlotFixture.place(1), under: id)
        try slots.sync()
        let whole = try fixture.bytes
        for offset in 0..<Self.width {
            var bytes = whole
            bytes[Self.head + Self.width + offset] ^= 0x10
            try fixture.replace(bytes)
            let reader = try fixture.open(forWriting: false)
            #expect(throws: SlotError.damaged(slot: 1), "byte \(offset)") {
                try reader.open(value, at: SlotFixture.place(1))
            }
            // A store that still uses it is told so, and its slot is left as it is.
            let sweep = try fixture.open().sweep { _ in true }
            #expect(sweep.damaged == [1] && sweep.shredded == 0)
        }
    }

    @Test func aSlotInAnothersPlaceIsRefused() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let ids = try slots.give(to: SlotFixture.owners(0..<2), random: SystemRandom())
        let value = try slots.seal([7], at: SlotFixture.place(0), under: ids[0])
        var bytes = try fixture.bytes
        let other = Array(bytes[Self.head + Self.width..<Self.head + 2 * Self.width])
        bytes.replaceSubrange(Self.head..<Self.head + Self.width, with: other)
        try fixture.replace(bytes)
        #expect(throws: SlotError.damaged(slot: 0)) {
            try fixture.open(forWriting: false).open(value, at: SlotFixture.place(0))
        }
    }

    @Test func whatIsNoFileOfSlotsSaysSo() throws {
        let fixture = try SlotFixture()
        let whole = try fixture.bytes
        #expect(throws: SlotError.exists(path: fixture.path)) { try KeySlots.create(at: fixture.path) }
        #expect(throws: SlotError.notFound(path: fixture.path + "x")) {
            try KeySlots.open(at: fixture.path + "x", keyRing: fixture.keyRing, forWriting: false)
        }
        var flipped = whole
        flipped[20] ^= 1
        for bytes in [[], Array(whole[..<4_095]), [UInt8](repeating: 0, count: 8_192), flipped] {
            try fixture.replace(bytes)
            let error = #expect(throws: SlotError.self) { try fixture.open() }
            #expect(error?.description.contains("restore it from a backup") == true)
        }
    }

    @Test func whatIsShreddedOnADiskIsReadBackFromIt() throws {
        // Other tests lie in memory, which has no disk to read back from.
        let file = FileManager.default.temporaryDirectory.path + "/selvedge-slots-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try KeySlots.create(at: file)
        let ring = try KeyRing(bundle: KeyBundle(random: SystemRandom()))
        let slots = try KeySlots.open(at: file, keyRing: ring, forWriting: true)
        let ids = try slots.give(to: SlotFixture.owners(0..<300), random: SystemRandom())
        let value = try slots.seal([1], at: SlotFixture.place(3), under: ids[3])
        try slots.sync()
        try slots.shred(ids.filter { $0.slot.isMultiple(of: 3) })
        #expect(try slots.open(value, at: SlotFixture.place(3)) == .erased)
        #expect(try slots.owner(of: ids[4]) == .node(NodeID(4)))
    }

    @Test func theFileGrowsBySteps() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        var sizes: Set<Int> = []
        for _ in 0..<40 {
            _ = try slots.give(to: SlotFixture.owners(0..<500), random: CheapRandom())
            sizes.insert(try fixture.bytes.count)
        }
        #expect(slots.given == 20_000)
        #expect(sizes.count < 8, "it grew \(sizes.count) times")
        #expect(try fixture.open().given == 20_000)
    }

    private struct CheapRandom: RandomSource {
        func fill(_ buffer: UnsafeMutableRawBufferPointer) {
            for index in buffer.indices { unsafe buffer[index] = UInt8(truncatingIfNeeded: index) }
        }
    }
}
