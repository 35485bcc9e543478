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
}
