import Identity
import Stitching
import Testing

/// A model's bytes, and its weights against real numbers.
@Suite struct ModelTests {
    private func model(seed: UInt64 = 3) throws -> LinkageModel {
        var generator = SeededGenerator(seed: seed)
        func probabilities(_ count: Int) -> [Double] {
            let values = (0..<count).map { _ in Double.random(in: 0.01..<1, using: &generator) }
            return values.map { $0 / values.reduce(0, +) }
        }
        let comparisons = [
            Comparison(field: .givenName, kind: .givenName), Comparison(field: .familyName, kind: .name),
            Comparison(field: .birthDate, kind: .date), Comparison(field: .streetAddress, kind: .text),
            Comparison(field: .postalCode, kind: .code),
        ]
        let models = comparisons.map { one in
            let u = probabilities(one.kind.levelCount)
            let m = PairClass.allCases.map { pairClass in
                pairClass == .match || pairClass == .household ? probabilities(one.kind.levelCount) : u
            }
            return ComparisonModel(
                name: AttributeSchema.standard[one.field].name, comparison: one,
                levels: u.indices.map { level in
                    LevelModel(u: u[level], m: m.map { $0[level] }, meanRarity: level > 2 ? 50 : 0)
                },
                frequencies: FrequencyTable(tokens: [5, 9], counts: [3, 20], total: 100, otherCount: 1.5))
        }
        let plan = try BlockingPlan([
            BlockingPlan.Entry(rule: BlockingRule([(.whole, .familyName), (.year, .birthDate)]), blockLimit: 9)
        ])
        return LinkageModel(
            version: 7, comparisons: models, shares: [0.001, 0.01, 0, 0, 0, 0, 0],
            linkThreshold: LinkWeight(probability: 0.5), reviewThreshold: LinkWeight(probability: 0.1), blocking: plan,
            trainedRecords: 1_234)
    }

    @Test func whatIsWrittenIsRead() throws {
        let model = try model()
        #expect(try LinkageModel(bytes: model.bytes.span) == model)
        #expect(try LinkageModel(bytes: model.bytes.span).bytes == model.bytes)
    }

    @Test func damageIsRefused() throws {
        let bytes = try model().bytes
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            #expect(throws: LinkageModel.Damage.self, "byte \(index)") { try LinkageModel(bytes: damaged.span) }
            #expect(throws: LinkageModel.Damage.self, "\(index) bytes") {
                try LinkageModel(bytes: Array(bytes[..<index]).span)
            }
        }
    }

    @Test func aModelThatCouldFindTooManyIsNotRead() throws {
        var bytes = try model().bytes
        // The block limit's lowest byte, then the check made anew.
        bytes[bytes.count - 5] = 250
        bytes.removeLast(4)
        let check = Checksum.crc32(bytes.span)
        bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: check >> $0) }
        #expect(throws: LinkageModel.Damage.impossible("blocking plan")) { try LinkageModel(bytes: bytes.span) }
    }

    /// Whole numbers of 1/1024 bit against real ones, over all that a pair can be.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func weightsAreThoseOfRealNumbers(seed: UInt64) throws {
        let model = try model(seed: seed)
        let scorer = PairScorer(model)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var pattern = LevelPattern()
            for (index, one) in model.comparisons.enumerated() where Bool.random(using: &generator) {
                pattern[index] = UInt8.random(in: 0..<UInt8(one.levels.count), using: &generator)
            }
            let inverses = (0..<2).map { _ in
                model.comparisons.map { _ in Double.random(in: 1..<1_000, using: &generator) }
            }
            let rarities = inverses.map { $0.map { LinkWeight(bits: binaryLogarithm($0)).rawValue } }
            var odds = model.shares.map { $0 / model.rest }
            for (index, one) in model.comparisons.enumerated() where pattern[index] != LevelPattern.missing {
                let level = one.levels[Int(pattern[index])]
                for pairClass in PairClass.allCases {
                    odds[pairClass.rawValue] *= level.m[pairClass.rawValue] / level.u
                    let isOfPerson = [FieldID.givenName, .birthDate].contains(one.comparison.field)
                    let isFree = pairClass == .match || pairClass == .household && !isOfPerson
                    guard isFree, level.meanRarity > 0 else { continue }
                    odds[pairClass.rawValue] *= (inverses[0][index] + inverses[1][index]) / 2 / level.meanRarity
                }
            }
            let expected = binaryLogarithm(odds[0] / (1 + odds[1]))
            let (left, right) = (rarities[0], rarities[1])
            let found = scorer.weight(pattern, left.span, right.span).bits
            #expect(abs(found - expected) < 0.1, "seed \(seed): \(found), not \(expected)")
        }
    }

    private func binaryLogarithm(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        var sum = 0.0
        var power = ratio
        for term in 0..<40 {
            sum += power / Double(2 * term + 1)
            power *= ratio * ratio
        }
        return 2 * sum / 0.693_147_180_559_945_3 + Double(value.exponent)
    }

    @Test func frequenciesAreCounted() {
        let tokens: [UInt32] = [7, 7, 7, 9, 9, 3, 0, 0]
        let table = FrequencyTable(counting: tokens)
        #expect(table.total == 6)
        #expect(table.tokens == [7, 9])
        #expect(table.counts == [3, 2])
        #expect(table.rarity(of: 7) == 1_024)
        #expect(table.rarity(of: 3) == table.rarity(of: 4), "what is rare is as rare as what was never seen")
        #expect(FrequencyTable(counting: tokens.reversed()) == table)
    }
}
