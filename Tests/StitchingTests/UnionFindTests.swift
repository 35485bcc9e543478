import Stitching
import Testing

@Suite struct UnionFindTests {
    @Test(arguments: 1...50)
    func setsAreThoseOfRelabelling(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...40, using: &generator)
        var sets = UnionFind(count: 1)
        sets.grow(to: count)
        var label = Array(0..<count)
        for _ in 0..<count {
            let ends = (0..<2).map { _ in Int.random(in: 0..<count, using: &generator) }
            let joined = sets.union(Int32(ends[0]), Int32(ends[1]))
            #expect((joined != nil) == (label[ends[0]] != label[ends[1]]))
            let (kept, absorbed) = (label[ends[0]], label[ends[1]])
            label = label.map { $0 == absorbed ? kept : $0 }
        }
        for first in 0..<count {
            for second in 0..<count {
                #expect((sets.find(Int32(first)) == sets.find(Int32(second))) == (label[first] == label[second]))
            }
            let size = label.count { $0 == label[first] }
            #expect(sets.size(ofRoot: sets.find(Int32(first))) == size)
        }
    }

    @Test(arguments: 1...50)
    func whatIsKeptOutIsAloneAndTheOthersAreJoinedAsWithoutIt(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 2...40, using: &generator)
        let out = Set((0..<count).filter { _ in Int.random(in: 0..<4, using: &generator) == 0 })
        var sets = UnionFind(count: count)
        var others = UnionFind(count: count)
        for element in out { sets.bar(Int32(element)) }
        for _ in 0..<2 * count {
            let ends = (0..<2).map { _ in Int.random(in: 0..<count, using: &generator) }
            let joined = sets.union(Int32(ends[0]), Int32(ends[1]))
            guard out.isDisjoint(with: ends) else {
                #expect(joined == nil)
                continue
            }
            others.union(Int32(ends[0]), Int32(ends[1]))
        }
        let largest = (0..<count).map { others.size(ofRoot: others.find(Int32($0))) }.max() ?? 0
        #expect(!sets.hasSet(largerThan: largest))
        #expect(sets.hasSet(largerThan: largest - 1) == (largest > 1 || out.count < count))
        for element in out { sets.letIn(Int32(element)) }
        for element in 0..<count {
            let root = sets.find(Int32(element))
            #expect(sets.size(ofRoot: root) == others.size(ofRoot: others.find(Int32(element))))
            for other in 0..<count {
                let isOne = root == sets.find(Int32(other))
                #expect(isOne == (others.find(Int32(element)) == others.find(Int32(other))))
            }
        }
    }

    @Test(arguments: 1...50)
    func manyPairsAtOnceAreJoinedAsOneByOne(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 2...400, using: &generator)
        let pairs = (0..<Int.random(in: 0...count, using: &generator)).map { _ in
            (
                left: Int32.random(in: 0..<Int32(count), using: &generator),
                right: Int32.random(in: 0..<Int32(count), using: &generator)
            )
        }
        var (all, oneByOne) = (UnionFind(count: count), UnionFind(count: count))
        let out = (0..<Int32(count)).filter { _ in Int.random(in: 0..<10, using: &generator) == 0 }
        for element in out {
            all.bar(element)
            oneByOne.bar(element)
        }
        all.unionAll(count: pairs.count) { pairs[$0] }
        for pair in pairs { oneByOne.union(pair.left, pair.right) }
        for element in out {
            all.letIn(element)
            oneByOne.letIn(element)
        }
        for element in 0..<Int32(count) {
            let (left, right) = (all.find(element), oneByOne.find(element))
            #expect(all.size(ofRoot: left) == oneByOne.size(ofRoot: right))
            for other in 0..<Int32(count) {
                #expect((all.find(other) == left) == (oneByOne.find(other) == right))
            }
        }
    }
}
