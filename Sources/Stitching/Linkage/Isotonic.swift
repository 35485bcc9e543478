/// Isotonic regression by pooling adjacent violators (Ayer et al. 1955).
package enum Isotonic {
    /// Probabilities in place of `counts`, with the same sum, that make the greatest likelihood of all whose ratio to `base`
    /// never falls.
    ///
    /// - Parameter base: positive, as many as `counts`.
    package static func regress(_ counts: [Double], base: [Double]) -> [Double] {
        var pools: [(count: Double, base: Double, size: Int)] = []
        for (count, weight) in zip(counts, base) {
            pools.append((count, weight, 1))
            while pools.count > 1 {
                let last = pools[pools.count - 1]
                let before = pools[pools.count - 2]
                guard last.count * before.base < before.count * last.base else { break }
                pools.removeLast(2)
                pools.append((last.count + before.count, last.base + before.base, last.size + before.size))
            }
        }
        var out: [Double] = []
        for pool in pools {
            for _ in 0..<pool.size { out.append(pool.count / pool.base * base[out.count]) }
        }
        return out
    }
}
