import Foundation
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

@Suite struct KeySlotsTests {
    @Test func whatIsSealedOpensAgainInAnotherProcessToo() throws {
        let fixture = try SlotFixture()
        var generator = SeededGenerator(seed: 1)
        var sealed: [(node: Int, plain: [UInt8], bytes: [UInt8])] = []
        do {
            let slots = try fixture.open()
            let ids = try slots.give(to: SlotFixture.owners(0..<300), random: SystemRandom())
            #expect(ids.map(\.slot) == (0..<300).map { UInt64($0) })
            #expect(!slots.isSynced)
            try slots.sync()
            #expect(slots.isSynced)
            for (node, id) in ids.enumerated() {
                let plain = generator.bytes(generator.int(0...400))
                let bytes = try slots.seal(plain, at: SlotFixture.place(node), under: id)
                #expect(bytes.count == plain.count + SealedValue.overhead)
                sealed.append((node, plain, bytes))
            }
        }
        for forWriting in [true, false] {
            // Fewer places than keys: most are unwrapped anew.
            let slots = try fixture.open(forWriting: forWriting, cachedKeys: 32)
            for each in sealed + sealed {
                #expect(try slots.open(each.bytes, at: SlotFixture.place(each.node)) == .value(each.plain))
            }
            #expect(try slots.owner(of: DataKeyID(slot: 7, generation: 1)) == .node(NodeID(7)))
        }
    }

    @Test func sealingReplaysAndDiffersByPlace() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let ids = try slots.give(to: SlotFixture.owners(0..<2), random: SystemRandom())
        let plain: [UInt8] = [1, 2, 3]
        func seal(_ node: Int, _ place: SealedPlace) throws -> [UInt8] {
            try slots.seal(plain, at: place, under: ids[node])
        }
        #expect(try seal(0, SlotFixture.place(0)) == seal(0, SlotFixture.place(0)))
        let others = try [
            seal(0, SlotFixture.place(0)), seal(1, SlotFixture.place(1)), seal(0, SlotFixture.place(0, table: 8)),
            seal(0, SlotFixture.place(0, key: [1, 2, 3])), slots.seal([1, 2], at: SlotFixture.place(0), under: ids[0]),
        ]
        #expect(Set(others.map { Array($0[11..<23]) }).count == others.count, "a nonce met a key twice")
    }

    @Test func aSwappedFlippedOrCutValueIsRefusedAndNeverAWrongOne() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let nodes = 64
        let ids = try slots.give(to: SlotFixture.owners(0..<nodes), random: SystemRandom())
        var generator = SeededGenerator(seed: 41)
        let plains = (0..<nodes).map { _ in generator.bytes(generator.int(0...120)) }
        let sealed = try (0..<nodes).map { try slots.seal(plains[$0], at: SlotFixture.place($0), under: ids[$0]) }
        for trial in 0..<max(Int(10_000 * TestScale.factor), 1_000) {
            let node = generator.int(0...nodes - 1)
            var bytes = sealed[node]
            var place = SlotFixture.place(node)
            switch trial % 6 {
            case 0: bytes[generator.int(0...bytes.count - 1)] ^= 1 << UInt8(generator.int(0...7))
            case 1: bytes.removeLast(generator.int(1...bytes.count))
            case 2: bytes = sealed[(node + generator.int(1...nodes - 1)) % nodes]
            case 3: place.subject = NodeID(UInt64(node + nodes))
            case 4:
                switch generator.int(0...2) {
                case 0: place.table ^= 1
                case 1: place.schema += 1
                default: place.key[generator.int(0...3)] ^= 1 << UInt8(generator.int(0...7))
                }
            // The head of one value on the body of another.
            default: bytes.replaceSubrange(0..<11, with: sealed[(node + 1) % nodes][0..<11])
            }
            let outcome = SlotFixture.outcome(slots, bytes, place)
            #expect(outcome == .refused, "trial \(trial) of seed 41: \(outcome)")
        }
    }

    @Test func aShreddedSlotReadsAsErasedEverywhere() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let other = try fixture.open(forWriting: false)
        let ids = try slots.give(to: SlotFixture.owners(0..<10), random: SystemRandom())
        try slots.sync()
        let sealed = try (0..<10).map { try slots.seal([UInt8($0)], at: SlotFixture.place($0), under: ids[$0]) }
        // Both have the keys at hand.
        for node in 0..<10 {
            #expect(try other.open(sealed[node], at: SlotFixture.place(node)) == .value([UInt8(node)]))
        }
        try slots.shred([ids[3], ids[7]])
        for again in [slots, other, try fixture.open(), try fixture.open(forWriting: false)] {
            for node in 0..<10 {
                let expected: Unsealed = node == 3 || node == 7 ? .erased : .value([UInt8(node)])
                #expect(try again.open(sealed[node], at: SlotFixture.place(node)) == expected)
            }
            #expect(try again.owner(of: ids[3]) == nil)
        }
        // Nothing can be sealed for the one who is gone, and a second time changes nothing.
        #expect(throws: SlotError.shredded(slot: 3)) { try slots.seal([1], at: SlotFixture.place(3), under: ids[3]) }
        try slots.shred([ids[3]])
        #expect(try slots.open(sealed[3], at: SlotFixture.place(3)) == .erased)
    }

    @Test func whatWasWrappedIsGoneFromTheFile() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let ids = try slots.give(to: SlotFixture.owners(1_000_000..<1_000_040), random: SystemRandom())
        try slots.sync()
        let before = try fixture.bytes
        let shredded = Array(ids[10..<20])
        try slots.shred(shredded)
        let after = try fixture.bytes
        for id in ids {
            let start = 4_096 + Int(id.slot) * 128
            let wrapped = before[start + 16..<start + 84]
            let isThere = (0...after.count - wrapped.count).contains {
                after[$0] == wrapped.first && after[$0..<$0 + wrapped.count] == wrapped
            }
            #expect(isThere == !shredded.contains(id), "slot \(id.slot)")
        }
    }

    @Test func aNumberIsNeverGivenAgain() throws {
        let fixture = try SlotFixture()
        var seen: Set<DataKeyID> = []
        for round in 0..<8 {
            let slots = try fixture.open()
            let ids = try slots.give(to: SlotFixture.owners(0..<5), random: SystemRandom())
            #expect(seen.isDisjoint(with: ids))
            seen.formUnion(ids)
            if round.isMultiple(of: 2) { try slots.sync() }
            if round.isMultiple(of: 3) { try slots.shred([ids[4]]) }
            _ = try slots.sweep { $0 % 5 != 2 }
        }
        #expect(seen.count == 40)
    }

    @Test func slotsWithoutAnOwnerAreSwept() throws {
        let fixture = try SlotFixture()
        let ids = try fixture.open().give(to: SlotFixture.owners(0..<100), random: SystemRandom())
        let owned = Set(ids.map(\.slot).filter { $0.isMultiple(of: 3) })
        let slots = try fixture.open()
        let sweep = try slots.sweep { owned.contains($0) }
        #expect(sweep.examined == 100 && sweep.shredded == 66 && sweep.damaged.isEmpty)
        for id in ids { #expect(try (slots.owner(of: id) != nil) == owned.contains(id.slot)) }
        // The next one looks at what came after alone.
        _ = try slots.give(to: SlotFixture.owners(0..<7), random: SystemRandom())
        #expect(try fixture.open().sweep { _ in true }.examined == 7)
    }

    @Test func thePastThatWasRolledBackIsToldFromThePresent() throws {
        let fixture = try SlotFixture()
        let backup = try fixture.bytes
        let slots = try fixture.open()
        let lost = try slots.give(to: SlotFixture.owners(0..<3), random: SystemRandom())
        let value = try slots.seal([9], at: SlotFixture.place(0), under: lost[0])
        try fixture.replace(backup)
        let restored = try fixture.open()
        #expect(throws: SlotError.notGiven(slot: 0)) { try restored.open(value, at: SlotFixture.place(0)) }
        try restored.beginGeneration()
        let given = try restored.give(to: SlotFixture.owners(0..<3), random: SystemRandom())
        #expect(given[0].slot == lost[0].slot && given[0] != lost[0])
        #expect(throws: SlotError.otherGeneration(slot: 0)) { try restored.open(value, at: SlotFixture.place(0)) }
        #expect(try fixture.open().give(to: SlotFixture.owners(0..<1), random: SystemRandom())[0].generation == 2)
    }

    @Test func anotherStoresKeysOpenNothing() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let id = try slots.give(to: SlotFixture.owners(0..<1), random: SystemRandom())[0]
        let value = try slots.seal([9], at: SlotFixture.place(0), under: id)
        let other = try KeySlots.open(
            at: fixture.path, keyRing: KeyRing(bundle: KeyBundle(random: SystemRandom())), forWriting: false)
        #expect(throws: KeyError.cannotOpen) { try other.open(value, at: SlotFixture.place(0)) }
    }

    @Test func aBackupHoldsWhatItsSnapshotUses() throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open()
        let ids = try slots.give(to: SlotFixture.owners(0..<2_000), random: SystemRandom())
        let sealed = try ids.indices.map { try slots.seal([1], at: SlotFixture.place($0), under: ids[$0]) }
        try slots.sync()
        try slots.shred(Array(ids[5..<8]))
        let target = fixture.directory.path + "/copy.slots"
        let bytes = try slots.copy(to: target)
        #expect(try bytes == fixture.bytes.count)
        #expect(throws: SlotError.exists(path: target)) { try slots.copy(to: target) }
        let copy = try KeySlots.open(at: target, keyRing: fixture.keyRing, forWriting: true)
        for node in ids.indices {
            let expected: Unsealed = (5..<8).contains(node) ? .erased : .value([1])
            #expect(try copy.open(sealed[node], at: SlotFixture.place(node)) == expected)
        }
        #expect(copy.given == 2_000)
    }

    @Test func threadsSealOpenAndShredTogether() async throws {
        let fixture = try SlotFixture()
        let slots = try fixture.open(cachedKeys: 64)
        let ids = try slots.give(to: SlotFixture.owners(0..<200), random: SystemRandom())
        try slots.sync()
        let sealed = try ids.indices.map { try slots.seal([UInt8($0)], at: SlotFixture.place($0), under: ids[$0]) }
        await withTaskGroup(of: Int.self) { group in
            for lane in 0..<4 {
                group.addTask { @concurrent in
                    var wrong = 0
                    var generator = SeededGenerator(seed: UInt64(lane))
                    for _ in 0..<4_000 {
                        let node = generator.int(0...199)
                        switch SlotFixture.outcome(slots, sealed[node], SlotFixture.place(node)) {
                        case .value([UInt8(node)]), .erased: break
                        default: wrong += 1
                        }
                    }
                    return wrong
                }
            }
            group.addTask { @concurrent in
                var failed = 0
                for node in stride(from: 0, to: 200, by: 2) {
                    do { try slots.shred([ids[node]]) } catch { failed += 1 }
                    // Once it has returned nobody opens it, whoever was about to when it began.
                    if SlotFixture.outcome(slots, sealed[node], SlotFixture.place(node)) != .erased { failed += 1 }
                }
                return failed
            }
            for await wrong in group { #expect(wrong == 0) }
        }
        for node in 0..<200 {
            let expected: SlotFixture.Outcome = node.isMultiple(of: 2) ? .erased : .value([UInt8(node)])
            #expect(SlotFixture.outcome(slots, sealed[node], SlotFixture.place(node)) == expected)
        }
    }
}
