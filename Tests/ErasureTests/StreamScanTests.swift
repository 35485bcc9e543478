import Erasure
import TestSupport
import Testing

@Suite struct StreamScanTests {
    /// Every occurrence of every form, by looking everywhere.
    private static func oracle(_ needles: [Needle], _ bytes: [UInt8]) -> Set<NeedleMatch> {
        var found: Set<NeedleMatch> = []
        for (number, needle) in needles.enumerated() {
            for form in NeedleForm.allCases {
                guard let pattern = needle.pattern(form), pattern.count <= bytes.count else { continue }
                for offset in 0...bytes.count - pattern.count
                where bytes[offset] == pattern[0] && bytes[offset..<offset + pattern.count].elementsEqual(pattern) {
                    found.insert(NeedleMatch(needle: number, form: form, offset: offset))
                }
            }
        }
        return found
    }

    private static func needles(_ count: Int, _ generator: inout SeededGenerator, shortest: Int = 8) -> [Needle] {
        (0..<count).compactMap { _ in
            let length = generator.chance(60) ? 16 : generator.int(shortest...40)
            return Needle((0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        }
    }

    /// Bytes of several kinds, with forms of needles in them, some one over the other.
    private static func haystack(_ needles: [Needle], _ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        let kind = generator.int(0...3)
        var bytes = (0..<count).map { _ in
            switch kind {
            case 0: UInt8(truncatingIfNeeded: generator.next())
            case 1: UInt8(0)
            case 2: generator.pick(Array("0123456789abcdef".utf8))
            default: generator.pick([0, UInt8(ascii: "a"), UInt8(ascii: "1")])
            }
        }
        for _ in 0..<generator.int(0...30) {
            guard let pattern = generator.pick(needles).pattern(generator.pick(NeedleForm.allCases)),
                pattern.count <= bytes.count
            else { continue }
            let offset = generator.int(0...bytes.count - pattern.count)
            bytes.replaceSubrange(offset..<offset + pattern.count, with: pattern)
        }
        return bytes
    }

    @Test func whatIsFoundIsWhatLookingEverywhereFinds() throws {
        for seed in 1...UInt64(max(Int(400 * TestScale.factor), 40)) {
            var generator = SeededGenerator(seed: seed)
            let needles = Self.needles(generator.int(1...12), &generator, shortest: generator.pick([8, 10, 16]))
            let bytes = Self.haystack(needles, generator.int(0...3_000), &generator)
            let expected = Self.oracle(needles, bytes)
            // Little memory makes the step smaller; small pieces put an edge anywhere.
            for memory in [256 << 20, 30_000, 0] {
                let set = try NeedleSet(needles, memory: memory)
                for piece in [1, 7, 64, 1 << 20] {
                    let found = set.matches(in: bytes, piece: piece)
                    #expect(Set(found) == expected, "seed \(seed), memory \(memory), piece \(piece)")
                    #expect(found.count == expected.count, "seed \(seed): something was found twice")
                }
            }
        }
    }

    @Test func everyFormIsFoundAtEveryAlignmentAndOverEveryEdge() throws {
        var generator = SeededGenerator(seed: 7)
        let needle = try #require(Self.needles(1, &generator).first)
        let set = try NeedleSet([needle])
        for form in NeedleForm.allCases {
            guard let pattern = needle.pattern(form) else { continue }
            for offset in 0..<40 {
                let bytes = [UInt8](repeating: 0xAA, count: offset) + pattern + [UInt8](repeating: 0xAA, count: 5)
                for piece in [1, 3, 16, 33, 4_096] {
                    #expect(
                        set.matches(in: bytes, piece: piece)
                            == [NeedleMatch(needle: 0, form: form, offset: offset)],
                        "\(form.name) at \(offset), pieces of \(piece)")
                }
                // Cut by one byte it is not there.
                #expect(set.matches(in: Array(bytes.prefix(offset + pattern.count - 1))).isEmpty)
            }
        }
    }

    @Test func theStepFollowsTheNeedlesAndTheMemory() throws {
        var generator = SeededGenerator(seed: 8)
        let long = (0..<50).compactMap { _ in Needle((0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        }
        #expect(try NeedleSet(long).step == 8)
        #expect(try NeedleSet(long + [#require(Needle([1, 2, 3, 4, 5, 6, 7, 8]))]).step == 1)
        #expect(try NeedleSet(long + [#require(Needle(Array(1...12)))]).step == 5)
        #expect(try NeedleSet(long, memory: 1_000).step == 1)
        #expect(try NeedleSet([]).matches(in: [1, 2, 3]).isEmpty)
    }

    @Test func manyNeedlesAreFoundEach() throws {
        var generator = SeededGenerator(seed: 9)
        let count = Int(200_000 * TestScale.factor)
        let needles = (0..<count).compactMap { _ in
            Needle((0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        }
        let set = try NeedleSet(needles)
        var bytes: [UInt8] = []
        var expected: [NeedleMatch] = []
        for number in stride(from: 0, to: needles.count, by: 97) {
            for form: NeedleForm in [.raw, .utf16LittleHexLower, .base64At1] {
                guard let pattern = needles[number].pattern(form) else { continue }
                bytes += [UInt8](repeating: 0xAA, count: generator.int(1...20))
                expected.append(NeedleMatch(needle: number, form: form, offset: bytes.count))
                bytes += pattern
            }
        }
        #expect(set.matches(in: bytes, piece: 10_000) == expected)
    }
}
