import Identity
import Stitching
import Testing

/// What is kept of a device's traffic.
@Suite("Traffic summaries") struct TrafficSummaryTests {
    private static func summary(_ generator: inout SeededGenerator) -> TrafficSummary {
        let words = (0..<Sighting.wordCount).map { _ in UInt32(generator.next() % 3) }
        let time = Timestamp(milliseconds: Int64(generator.next() % 2_000) * 3_600_000)
        return TrafficSummary(Sighting(words: words), at: time, source: "web")
    }

    @Test(arguments: 0..<20) func anyOrderAndAnyRepetitionGivesTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let all = (0..<200).map { _ in Self.summary(&generator) }
        func folded(_ list: [TrafficSummary]) -> TrafficSummary {
            list.dropFirst().reduce(into: list[0]) { $0.merge($1) }
        }
        let whole = folded(all)
        #expect(whole.presences.count == TrafficSummary.presenceLimit, "the limit plays a part here")
        #expect(folded(all.shuffled(using: &generator) + all[..<50]) == whole)
        var halves = folded(Array(all[..<90]))
        halves.merge(folded(Array(all[70...])))
        #expect(halves == whole)
    }

    @Test func itsBytesAreReadBackAndDamageIsRefused() throws {
        var generator = SeededGenerator(seed: 3)
        var summary = Self.summary(&generator)
        for _ in 0..<30 { summary.merge(Self.summary(&generator)) }
        let bytes = summary.bytes
        #expect(try TrafficSummary(bytes: bytes.span) == summary)
        let short = Array(bytes.dropLast())
        #expect(throws: TrafficSummary.Damage.wrongLength) { try TrafficSummary(bytes: short.span) }
        var other = bytes
        other[0] = 9
        #expect(throws: TrafficSummary.Damage.unknownVersion(9)) { try TrafficSummary(bytes: other.span) }
    }

    @Test func comparingIsSymmetric() {
        var generator = SeededGenerator(seed: 5)
        let profiles = (0..<60).map { _ in
            var summary = Self.summary(&generator)
            for _ in 0..<3 { summary.merge(Self.summary(&generator)) }
            return TrafficProfile(summary)
        }
        for one in profiles {
            for other in profiles {
                let (left, right) = (
                    TrafficComparer.levels(one, other) { Int32($0) }, TrafficComparer.levels(other, one) { Int32($0) }
                )
                #expect(left.pattern == right.pattern)
                #expect(left.address == right.address)
            }
        }
    }
}
