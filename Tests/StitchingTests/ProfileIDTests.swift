import Identity
import Stitching
import Testing

@Suite struct ProfileIDTests {
    @Test func theTextFormReadsBackToTheSame() {
        var generator = SeededGenerator(seed: 1)
        var ids = (0..<1_000).map { _ in ProfileID(high: generator.next(), low: generator.next()) }
        ids += [ProfileID(high: 0, low: 0), ProfileID(high: .max, low: .max), ProfileID(high: 0, low: 1)]
        ids += (0..<64).flatMap { [ProfileID(high: 1 << $0, low: 0), ProfileID(high: 0, low: 1 << $0)] }
        for id in ids {
            let text = id.description
            #expect(text.count == 30)
            #expect(ProfileID(text) == id)
            #expect(ProfileID("prf_" + text.dropFirst(4).uppercased()) == id)
        }
        #expect(Set(ids.map(\.description)).count == Set(ids).count)
    }

    @Test(arguments: [
        (ProfileID(high: 0, low: 0), "prf_00000000000000000000000000"),
        (ProfileID(high: .max, low: .max), "prf_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
        (ProfileID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210), "prf_014d2pf2dbsqqzxq5tk1v58cgg"),
    ])
    func theTextIsCrockfordsBase32(id: ProfileID, text: String) {
        #expect(id.description == text)
        #expect(ProfileID(text) == id)
    }

    @Test func lookAlikesAreRead() {
        #expect(ProfileID("prf_0000000000000000000000000i") == ProfileID(high: 0, low: 1))
        #expect(ProfileID("prf_0000000000000000000000000L") == ProfileID(high: 0, low: 1))
        #expect(ProfileID("prf_o00000000000000000000000O1") == ProfileID(high: 0, low: 1))
    }

    @Test(arguments: [
        "", "prf_", "prf_0", "PRF_00000000000000000000000000", "prf_0000000000000000000000000",
        "prf_000000000000000000000000000", "prf_80000000000000000000000000", "prf_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "prf_0000000000000000000000000u", "prf_0000000000000000000000000-", "prf_0000000000000000000000000 ",
        "prf_0000000000000000000000000\u{0}", "prf_000000000000000000000000\u{e9}", "prf_0000000000000000000000000@",
        "prf-00000000000000000000000000", "prf_00000000000000000000000 00", "prf_0000000000000000000000000[",
    ])
    func garbageIsNoProfileID(text: String) { #expect(ProfileID(text) == nil) }

    @Test func aDigestOfAMultisetIsFreeOfOrder() {
        var generator = SeededGenerator(seed: 2)
        let elements = (0..<50).map { _ in
            (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        }
        func digest(_ elements: [[UInt8]]) -> Digest {
            var hash = MultisetHash()
            for element in elements { hash.add(element) }
            return hash.digest
        }
        let expected = digest(elements)
        for _ in 0..<20 { #expect(digest(elements.shuffled(using: &generator)) == expected) }
        #expect(digest(elements + [elements[0]]) != expected, "how often an element occurs counts")
        #expect(digest(Array(elements.dropFirst())) != expected)
        #expect(digest([]) != digest([[]]))
        var (left, right) = (MultisetHash(), MultisetHash())
        for element in elements[..<20] { left.add(element) }
        for element in elements[20...] { right.add(element) }
        left.add(right)
        #expect(left.digest == expected, "sums of parts are the sum")
    }

    @Test func aPartitionDigestTellsClustersApart() {
        let keys = (0..<4).map { IdentityKey(high: 0, low: UInt64($0)) }
        func digest(_ clusters: [[Int]]) -> Digest {
            var digest = PartitionDigest()
            for cluster in clusters { digest.add(cluster: cluster.map { keys[$0] }) }
            return digest.digest
        }
        #expect(digest([[0, 1], [2, 3]]) == digest([[3, 2], [1, 0]]))
        #expect(digest([[0, 1], [2, 3]]) != digest([[0, 2], [1, 3]]))
        #expect(digest([[0, 1], [2, 3]]) != digest([[0, 1, 2, 3]]))
        #expect(digest([[0, 1], [2], [3]]) != digest([[0, 1], [2, 3]]))
    }
}
