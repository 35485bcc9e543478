/// Disjoint sets over dense integers: union by size, paths halved (Tarjan and van Leeuwen 1984).
package struct UnionFind: Sendable {
    /// A parent's index, or the negated size of a root.
    @usableFromInline var cells: [Int32]

    @inlinable
    package init(count: Int) { cells = Array(repeating: -1, count: count) }

    @inlinable
    package mutating func grow(to count: Int) {
        while cells.count < count { cells.append(-1) }
    }

    @inlinable
    package mutating func find(_ element: Int32) -> Int32 {
        var node = element
        while cells[Int(node)] >= 0 {
            let parent = cells[Int(node)]
            if cells[Int(parent)] >= 0 { cells[Int(node)] = cells[Int(parent)] }
            node = parent
        }
        return node
    }

    @inlinable
    package func size(ofRoot root: Int32) -> Int { Int(-cells[Int(root)]) }

    /// Whether some set has more than so many members; one pass in the order of memory.
    @inlinable
    package func hasSet(largerThan limit: Int) -> Bool {
        let least = -Int32(clamping: limit)
        for cell in cells where cell < least && cell != Self.barred { return true }
        return false
    }

    /// Keeps an element that is alone out of every union until it is let in again.
    @inlinable
    package mutating func bar(_ element: Int32) { cells[Int(element)] = Self.barred }

    /// Lets in an element that was kept out; it is alone.
    @inlinable
    package mutating func letIn(_ element: Int32) { cells[Int(element)] = -1 }

    @usableFromInline static var barred: Int32 { .min }

    /// - Returns: the root of the union, and the root that it took in; nil where they were one already, or one is kept out.
    @inlinable
    @discardableResult
    package mutating func union(_ left: Int32, _ right: Int32) -> (kept: Int32, absorbed: Int32)? {
        let first = find(left)
        let second = find(right)
        guard first != second, cells[Int(first)] != Self.barred, cells[Int(second)] != Self.barred else { return nil }
        let (kept, absorbed) = cells[Int(first)] <= cells[Int(second)] ? (first, second) : (second, first)
        cells[Int(kept)] += cells[Int(absorbed)]
        cells[Int(absorbed)] = kept
        return (kept, absorbed)
    }

    /// Joins the ends of many pairs, as `union` does one by one; the array is borrowed once for all of them.
    @inlinable
    package mutating func unionAll(count: Int, pair: (Int) -> (left: Int32, right: Int32)) {
        var cells = self.cells.mutableSpan
        for index in 0..<count {
            let (left, right) = pair(index)
            let first = Self.root(of: left, &cells)
            let second = Self.root(of: right, &cells)
            if first != second { Self.join(first, second, &cells) }
        }
    }

    @inlinable
    static func root(of element: Int32, _ cells: inout MutableSpan<Int32>) -> Int32 {
        var node = element
        var parent = cells[Int(node)]
        while parent >= 0 {
            let above = cells[Int(parent)]
            if above < 0 { return parent }
            cells[Int(node)] = above
            node = above
            parent = cells[Int(node)]
        }
        return node
    }

    @inlinable
    static func join(_ first: Int32, _ second: Int32, _ cells: inout MutableSpan<Int32>) {
        let (left, right) = (cells[Int(first)], cells[Int(second)])
        if left == barred || right == barred { return }
        let (kept, absorbed) = left <= right ? (first, second) : (second, first)
        cells[Int(kept)] = left + right
        cells[Int(absorbed)] = kept
    }
}
