import Identity
import Stitching
import Testing

/// Who becomes a candidate.
@Suite struct BlockingTests {
    private let familyAndYear = BlockingRule([(.whole, .familyName), (.year, .birthDate)])

    private func table(_ count: Int) throws -> RecordTable {
        RecordTable(try encoded((0..<count).map { _ in [("family_name", "keller"), ("birth_date", "1984-02-03")] }))
    }

    private func candidates(_ index: BlockIndex, _ record: Int) -> [UInt32] {
        var found: [UInt32] = []
        index.candidates(of: record, into: &found)
        return found
    }

    @Test func aBlockPastItsLimitYieldsNoneBackwardsToo() throws {
        let entries = [BlockingPlan.Entry(rule: familyAndYear, blockLimit: 5)]
        for count in [2, 5] {
            let index = BlockIndex(try table(count), entries)
            for record in 0..<count { #expect(candidates(index, record).count == count - 1) }
            #expect(index.overfull == [0])
        }
        let over = BlockIndex(try table(6), entries)
        for record in 0..<6 { #expect(candidates(over, record).isEmpty) }
        #expect(over.overfull == [1])
    }

    @Test func aPlanThatCouldFindTooManyIsRefused() throws {
        let wide = BlockingPlan.Entry(rule: familyAndYear, blockLimit: 201)
        #expect(try BlockingPlan([wide]).entries == [wide])
        let omissions = BlockingRule([(.omissions, .birthDate)])
        #expect(throws: BlockingPlan.Refusal.tooManyCandidates(possible: 209, limit: 200)) {
            try BlockingPlan([wide, BlockingPlan.Entry(rule: omissions, blockLimit: 2)])
        }
        #expect(throws: BlockingPlan.Refusal.blockLimitTooSmall(rule: familyAndYear.number, blockLimit: 1)) {
            try BlockingPlan([BlockingPlan.Entry(rule: familyAndYear, blockLimit: 1)])
        }
        #expect(throws: BlockingPlan.Refusal.duplicateRule(rule: familyAndYear.number)) {
            try BlockingPlan([wide, wide])
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func theIndexFindsWhatAllPairsWould(seed: UInt64) throws {
        let town = SmallTown(people: 300, seed: seed)
        let table = RecordTable(try encoded(town.records))
        let rules = [
            BlockingRule([(.whole, .familyName)]), BlockingRule([(.prefix, .givenName), (.whole, .postalCode)]),
            BlockingRule([(.omissions, .birthDate)]), BlockingRule([(.namesInEitherOrder, .givenName)]),
            BlockingRule([(.year, .birthDate), (.eitherName, .givenName)]),
        ]
        let entries = rules.map { BlockingPlan.Entry(rule: $0, blockLimit: 7) }
        let index = BlockIndex(table, entries)
        let groups = (0..<table.count).map { record in
            rules.map { rule in
                var out: [UInt64] = []
                table.withRecord(record) { rule.appendGroups($0, to: &out) }
                #expect(out.count <= rule.keyLimit)
                return out
            }
        }
        var sizes: [[UInt64: Int]] = rules.map { _ in [:] }
        for record in groups {
            for rule in rules.indices {
                for group in record[rule] { sizes[rule][group, default: 0] += 1 }
            }
        }
        for record in 0..<table.count {
            let expected = (0..<table.count).filter { other in
                other != record
                    && rules.indices.contains { rule in
                        groups[record][rule].contains { group in
                            groups[other][rule].contains(group) && sizes[rule][group, default: 0] <= 7
                        }
                    }
            }
            #expect(candidates(index, record) == expected.map(UInt32.init), "seed \(seed) record \(record)")
        }
    }

    @Test func aSwappedNameAndAMistypedDateStillShareABlock() throws {
        let table = RecordTable(
            try encoded([
                [("given_name", "anna"), ("family_name", "keller"), ("birth_date", "1984-02-03")],
                [("given_name", "keller"), ("family_name", "anna"), ("birth_date", "1984-02-08")],
            ]))
        for rule in [
            BlockingRule([(.namesInEitherOrder, .givenName)]), BlockingRule([(.omissions, .birthDate)]),
            BlockingRule([(.year, .birthDate), (.eitherName, .givenName)]),
        ] {
            let index = BlockIndex(table, [BlockingPlan.Entry(rule: rule, blockLimit: 2)])
            #expect(candidates(index, 0) == [1])
        }
        let whole = BlockIndex(table, [BlockingPlan.Entry(rule: BlockingRule([(.whole, .birthDate)]), blockLimit: 2)])
        #expect(candidates(whole, 0).isEmpty)
    }

    @Test func aRuleIsReadBackFromItsNumber() {
        let rules = [
            familyAndYear, BlockingRule([(.omissions, .birthDate), (.whole, .familyName), (.prefix, .givenName)]),
        ]
        for rule in rules { #expect(BlockingRule(number: rule.number) == rule) }
        for number in [0, 1, 99 << 56, UInt64.max, familyAndYear.number | 1] {
            #expect(BlockingRule(number: number) == nil)
        }
    }

    @Test func manyRecordsAreSortedAsFewAre() throws {
        // Past the limit from which records are sorted by digits.
        let town = SmallTown(people: 30_000, seed: 9)
        let table = RecordTable(try encoded(town.records))
        let entry = BlockingPlan.Entry(rule: familyAndYear, blockLimit: 50)
        let index = BlockIndex(table, [entry])
        var groups: [UInt64: [UInt32]] = [:]
        for record in 0..<table.count {
            var out: [UInt64] = []
            table.withRecord(record) { familyAndYear.appendGroups($0, to: &out) }
            for group in out { groups[group, default: []].append(UInt32(record)) }
        }
        for members in groups.values where members.count <= 50 {
            for member in members {
                #expect(candidates(index, Int(member)) == members.filter { $0 != member })
            }
        }
    }
}
