import Identity
import Stitching
import Testing

/// Folds are a join-semilattice, and sketches are the same everywhere.
@Suite struct EvidenceTests {
    private let traits = SourceTraits(name: "web", party: .first)

    private func fold(_ generator: inout SeededGenerator) -> Fold {
        let times = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            Timestamp(milliseconds: Int64.random(in: 0...5_000_000_000, using: &generator))
        }
        return times.dropFirst().reduce(Fold(source: SourceID(1), traits: traits, time: times[0])) {
            joined($0, Fold(source: SourceID(1), traits: traits, time: $1))
        }
    }

    private func joined(_ left: Fold, _ right: Fold) -> Fold {
        var fold = left
        fold.join(right)
        return fold
    }

    @Test(arguments: 1...200)
    func joiningIsIdempotentCommutativeAndAssociative(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let (a, b, c) = (fold(&generator), fold(&generator), fold(&generator))
        #expect(joined(a, a) == a)
        #expect(joined(a, b) == joined(b, a))
        #expect(joined(joined(a, b), c) == joined(a, joined(b, c)))
        #expect(joined(joined(a, b), b) == joined(a, b))
    }

    /// Bit of the sketch for (source, day): computed apart from this program, from FNV-1a and SplitMix64 as published.
    @Test(arguments: [
        ("web", 0, 51), ("web", 1, 38), ("web", 20_454, 62), ("crm", 0, 26), ("crm", 20_454, 61), ("", 20_454, 25),
    ])
    func sketchesAreTheSameInEveryStore(source: String, day: Int64, bit: UInt64) {
        let traits = SourceTraits(name: source, party: .third)
        for millisecond: Int64 in [0, 1, 86_399_999] {
            let time = Timestamp(milliseconds: day * 86_400_000 + millisecond)
            #expect(Fold.dayBit(traits, time) == 1 << bit)
        }
    }

    @Test func aContributionLivesToTheEndOfItsLastHour() {
        let time = Timestamp(milliseconds: 10 * 3_600_000 + 1)
        #expect(Evidence.expiryHour(time, timeToLive: 36) == 47)
        let policies = Policies(namespaces: [], sources: [traits], profileIdentifiers: 1, componentMembers: 1)
        let evidence = Evidence(folds: [Fold(source: SourceID(0), traits: traits, time: time)])
        #expect(evidence.standing(at: 46, timeToLive: 36, policies: policies).isLive)
        #expect(!evidence.standing(at: 47, timeToLive: 36, policies: policies).isLive)
        #expect(evidence.standing(at: 1_000_000, timeToLive: nil, policies: policies).isLive)
        #expect(evidence.standing(at: 46, timeToLive: 36, policies: policies).nextLook == 47)
    }

    @Test func aDayCountsOnceForASourceWhetherByEventOrByRecord() {
        let policies = Policies(
            namespaces: [], sources: [traits, SourceTraits(name: "crm", party: .third)], profileIdentifiers: 1,
            componentMembers: 1)
        let day = Timestamp(milliseconds: 5 * 86_400_000)
        var evidence = Evidence(folds: [Fold(source: SourceID(0), traits: traits, time: day)])
        evidence.set(RecordContribution(record: NodeID(7), source: SourceID(0), time: day))
        evidence.set(RecordContribution(record: NodeID(8), source: SourceID(0), time: day))
        #expect(evidence.standing(at: 0, timeToLive: nil, policies: policies).weight == 1)
        evidence.set(RecordContribution(record: NodeID(9), source: SourceID(1), time: day))
        evidence.set(RecordContribution(record: NodeID(6), source: SourceID(1), time: day))
        #expect(evidence.standing(at: 0, timeToLive: nil, policies: policies).weight == 2)
        #expect(evidence.records.map(\.record.rawValue) == [6, 7, 8, 9])
        evidence.removeRecord(NodeID(7))
        #expect(evidence.records.count == 3)
    }

    @Test func onlyASourceThatStillSpeaksLendsItsParty() {
        let third = SourceTraits(name: "partner", party: .third)
        let policies = Policies(
            namespaces: [], sources: [traits, third], profileIdentifiers: 1, componentMembers: 1)
        let evidence = Evidence(folds: [
            Fold(source: SourceID(0), traits: traits, time: Timestamp(milliseconds: 0)),
            Fold(source: SourceID(1), traits: third, time: Timestamp(milliseconds: 100 * 3_600_000)),
        ])
        #expect(evidence.standing(at: 10, timeToLive: 10, policies: policies).partyRank == 0)
        #expect(evidence.standing(at: 11, timeToLive: 10, policies: policies).partyRank == 1)
        #expect(evidence.standing(at: 11, timeToLive: 10, policies: policies).weight == 1)
    }
}
