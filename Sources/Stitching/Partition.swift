package import Identity

/// A hash of a multiset, free of the order in which its elements come: the sum of their hashes.
///
/// Each element is hashed twice by SHA-256 under different prefixes, which gives eight words of 64 bits; the words of
/// all elements are added, each modulo 2^64 (AdHash, Bellare and Micciancio 1997). The elements are keyed hashes that
/// nobody outside can choose, so the known attacks on such sums have nothing to work on.
package struct MultisetHash: Sendable {
    private var words: [UInt64] = Array(repeating: 0, count: 8)
    private var count: UInt64 = 0

    package init() {}

    package mutating func add(_ element: [UInt8]) {
        count &+= 1
        for half in 0..<2 {
            let digest = Digest(sha256: ([UInt8(half)] + element).span).bytes
            for word in 0..<4 {
                var value: UInt64 = 0
                for byte in digest[word * 8..<word * 8 + 8] { value = value << 8 | UInt64(byte) }
                words[half * 4 + word] &+= value
            }
        }
    }

    package mutating func add(_ other: MultisetHash) {
        count &+= other.count
        for index in words.indices { words[index] &+= other.words[index] }
    }

    /// SHA-256 over the sums and the count.
    package var digest: Digest {
        var bytes = BigEndianBytes()
        for word in words { bytes.append(word) }
        bytes.append(count)
        return Digest(sha256: bytes.bytes.span)
    }
}

/// What goes into a digest, as bytes.
package struct BigEndianBytes: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ word: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    package mutating func append(_ time: Timestamp) { append(UInt64(bitPattern: time.milliseconds)) }

    package mutating func append(_ key: IdentityKey) {
        append(key.high)
        append(key.low)
    }

    /// With its length in front, so that two texts cannot run together.
    package mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func append(contentsOf more: [UInt8]) { bytes.append(contentsOf: more) }
}

/// The digest of a partition: the set of sets of identity keys, records included (DESIGN: One idea).
package struct PartitionDigest: Sendable {
    private var sum = MultisetHash()

    package init() {}

    /// Adds one cluster; the order of clusters and of keys is of no account.
    package mutating func add(cluster keys: [IdentityKey]) {
        var bytes = BigEndianBytes()
        for key in keys.sorted() { bytes.append(key) }
        sum.add(bytes.bytes)
    }

    package var digest: Digest { sum.digest }
}
