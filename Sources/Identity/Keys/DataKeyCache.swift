internal import Synchronization

/// Unwrapped data keys in locked memory: a table of sets of four places, the key's slot saying which set. Bounded by what it
/// is made with; a key that finds all four taken pushes one out. Memory is taken, a sixteenth at a time, when the first key
/// comes that lies in it.
@safe
final class DataKeyCache: Sendable {
    private static let width = Digest.byteCount
    private static let ways = 4
    private static let shardCount = 16
    private let shards: [Shard]
    private let setsPerShard: Int
    /// Raised by every removal: what was read before one is not kept after it.
    private let removals = Atomic<UInt64>(0)

    /// One lock's share.
    private final class Shard: Sendable {
        let held = Mutex(Held())
    }

    /// Who is in which place, and the keys in the same places. Nobody and no memory before the first key.
    private struct Held {
        var ids: [DataKeyID?] = []
        var arena: SecretBytes?
        var turn = 0

        /// False where there is no memory to be had.
        mutating func takeMemory(places: Int) -> Bool {
            if arena != nil { return true }
            guard let fresh = try? unsafe SecretBytes(count: places * width, fill: { _ in }) else { return false }
            arena = fresh
            ids = Array(repeating: nil, count: places)
            return true
        }

        func slice(_ place: Int) -> UnsafeMutableRawBufferPointer? {
            guard let arena else { return nil }
            // Sound: the place lies inside the arena, which is this one's own and guarded by the shard's lock.
            return unsafe UnsafeMutableRawBufferPointer(
                start: UnsafeMutableRawPointer(mutating: arena.start + place * width), count: width)
        }

        mutating func clear(_ place: Int) {
            ids[place] = nil
            // Sound: under the shard's lock. Not left out by the compiler: the arena is mapped memory that it knows nothing of.
            unsafe _ = slice(place)?.initializeMemory(as: UInt8.self, repeating: 0)
        }
    }

    /// - Parameter capacity: keys, rounded up to 64 at least.
    init(capacity: Int) {
        let together = Self.ways * Self.shardCount
        setsPerShard = max((capacity + together - 1) / together, 1)
        shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// A mark to give to `insert`: taken before the key is read.
    var age: UInt64 { removals.load(ordering: .acquiring) }

    var count: Int { shards.reduce(0) { $0 + $1.held.withLock { $0.ids.count { $0 != nil } } } }

    /// Copies the key out; false where it is not here.
    func read(_ id: DataKeyID, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let (shard, places) = set(of: id)
        return shard.held.withLock { held in
            if held.ids.isEmpty { return false }
            for place in places where held.ids[place] == id {
                guard let key = unsafe held.slice(place) else { return false }
                // Sound: the places of the arena are written and read under this lock alone.
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(key))
                return true
            }
            return false
        }
    }

    /// Keeps a key that was read at `age`, unless something was removed since.
    func insert(_ id: DataKeyID, _ key: UnsafeMutableRawBufferPointer, unlessOlderThan age: UInt64) {
        let (shard, places) = set(of: id)
        let placesPerShard = setsPerShard * Self.ways
        shard.held.withLock { held in
            guard removals.load(ordering: .acquiring) == age, held.takeMemory(places: placesPerShard) else { return }
            held.turn &+= 1
            let free = places.first { held.ids[$0] == id } ?? places.first { held.ids[$0] == nil }
            let place = free ?? places.lowerBound + held.turn % Self.ways
            held.ids[place] = id
            // Sound: as in `read`.
            unsafe held.slice(place)?.copyMemory(from: UnsafeRawBufferPointer(key))
        }
    }

    /// The age goes up before the shard is looked at: a reader who looks later inserts nothing that he read before.
    func remove(_ id: DataKeyID) {
        removals.wrappingAdd(1, ordering: .acquiringAndReleasing)
        let (shard, places) = set(of: id)
        shard.held.withLock { held in
            if held.ids.isEmpty { return }
            for place in places where held.ids[place] == id { held.clear(place) }
        }
    }

    func removeAll() {
        removals.wrappingAdd(1, ordering: .acquiringAndReleasing)
        for shard in shards {
            shard.held.withLock { held in
                for place in held.ids.indices where held.ids[place] != nil { held.clear(place) }
            }
        }
    }

    private func set(of id: DataKeyID) -> (Shard, Range<Int>) {
        let mixed = (id.slot ^ UInt64(id.generation) << 40) &* 0x9e37_79b9_7f4a_7c15
        let first = Int((mixed & 0xFFFF_FFFF) % UInt64(setsPerShard)) * Self.ways
        return (shards[Int(mixed >> 60)], first..<first + Self.ways)
    }
}
