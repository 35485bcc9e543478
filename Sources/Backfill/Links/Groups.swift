internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// From links to components: union-find over the active ones, in one array of numbers.
///
/// A component that would be over-full is taken apart again and formed in the order of clustering, its size being one more
/// constraint. Who hangs together with anything that the store has, by any link at all, is left to the recorder's own
/// way of evaluating: `isMerged`.
struct Groups: Sendable {
    private let arena: Arena
    /// By number: the lowest number of its component.
    let roots: Column<UInt32>
    /// By number: 1 where the component is not built but merged.
    let isMerged: Column<UInt8>
    let mergedCount: Int

    static func run(_ load: Load, _ numbering: Numbering, _ links: Links) throws -> Groups {
        load.begin("components", total: numbering.count)
        let buffer = FileBuffer(capacity: 1 << 18)
        let arena = Arena()
        let isMerged = try arena.column(of: UInt8.self, count: numbering.count)
        let merged = try mark(isMerged, load, numbering, links, buffer)
        var sets = UnionFind(count: numbering.count)
        // Asked once for each identifier, in the order of memory, not for both ends of each link.
        let hub = links.nodes.hub
        let isOut = { number in hub[number] != 0 || isMerged[number] != 0 }
        for number in 0..<numbering.count where isOut(number) { sets.bar(Int32(truncatingIfNeeded: number)) }
        try links.join(LinkPass.edges, buffer, in: &sets)
        for number in 0..<numbering.count where isOut(number) { sets.letIn(Int32(truncatingIfNeeded: number)) }
        try OverfullComponents(load, numbering, links).settle(&sets)
        let roots = try arena.column(of: UInt32.self, count: numbering.count)
        lowestMembers(&sets, roots)
        return Groups(arena: arena, roots: roots, isMerged: isMerged, mergedCount: merged)
    }

    /// For each number the lowest of its set: the first that is met in ascending order. A set's root has it before its turn
    /// comes, so no other array is needed.
    private static func lowestMembers(_ sets: inout UnionFind, _ roots: Column<UInt32>) {
        // Numbers plus one; 0 is none yet.
        for number in 0..<roots.count {
            let root = Int(sets.find(Int32(truncatingIfNeeded: number)))
            if roots[root] == 0 { roots[root] = UInt32(truncatingIfNeeded: number + 1) }
            roots[number] = roots[root]
        }
        for number in 0..<roots.count { roots[number] -= 1 }
    }

    /// - Returns: how many numbers are merged.
    private static func mark(
        _ isMerged: Column<UInt8>, _ load: Load, _ numbering: Numbering, _ links: Links, _ buffer: FileBuffer
    ) throws -> Int {
        guard numbering.knownCount > 0 else { return 0 }
        var sets = UnionFind(count: numbering.count)
        for stream in [LinkPass.edges, LinkPass.deadEdges] {
            try links.join(stream, buffer, in: &sets)
        }
        let scratch = Arena()
        let touched = try scratch.column(of: UInt8.self, count: numbering.count)
        for number in 0..<numbering.knownCount { touched[Int(sets.find(Int32(number)))] = 1 }
        var count = 0
        for number in 0..<numbering.count where touched[Int(sets.find(Int32(number)))] == 1 {
            isMerged[number] = 1
            count += 1
        }
        return count
    }
}
