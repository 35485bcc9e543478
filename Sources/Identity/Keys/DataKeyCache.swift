internal import Synchronization

/// Unwrapped data keys in locked memory: a table of pairs of places, the key's slot saying which pair. Bounded by what it is
/// made with; a key that finds both places taken pushes one out.
@safe
final class DataKeyCache: Sendable {
    private static let width = Digest.byteCount
    private let shards: [Shard]
    private let pairsPerShard: Int
    /// Raised by every removal: what was read before one is not kept after it.
    private let removals = Atomic<UInt64>(0)

    /// One lock's share.
    private final class Shard: Sendable {
        let ids: Mutex<Held>
        let arena: SecretBytes

        init(places: Int) throws(KeyError) {
            ids = Mutex(Held(ids: Array(repeating: nil, count: places)))
            arena = try unsafe SecretBytes(count: places * width) { _ in }
        }
    }

    private struct Held {
        var ids: [DataKeyID?]
        var turn = 0
    }

    /// - Parameter capacity: keys, rounded up to 32 at least.
    init(capacity: Int) throws(KeyError) {
        let shardCount = 16
        pairsPerShard = max((capacity + 2 * shardCount - 1) / (2 * shardCount), 1)
        var shards: [Shard] = []
        for _ in 0..<shardCount { shards.append(try Shard(places: 2 * pairsPerShard)) }
        self.shards = shards
    }

    /// A mark to give to `insert`: taken before the key is read.
    var age: UInt64 { removals.load(ordering: .acquiring) }

    var count: Int { shards.reduce(0) { $0 + $1.ids.withLock { $0.ids.count { $0 != nil } } } }

    /// Copies the key out; false where it is not here.
    func read(_ id: DataKeyID, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let (shard, pair) = place(id)
        return shard.ids.withLock { held in
            for place in 2 * pair...2 * pair + 1 where held.ids[place] == id {
                // Sound: the places of the arena are written and read under this lock alone.
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(slice(shard, place)))
                return true
            }
            return false
        }
    }

    /// Keeps a key that was read at `age`, unless something was removed since.
    func insert(_ id: DataKeyID, _ key: UnsafeMutableRawBufferPointer, unlessOlderThan age: UInt64) {
        let (shard, pair) = place(id)
        shard.ids.withLock { held in
            guard removals.load(ordering: .acquiring) == age else { return }
            let places = 2 * pair...2 * pair + 1
            held.turn &+= 1
            let free = places.first { held.ids[$0] == id } ?? places.first { held.ids[$0] == nil }
            let place = free ?? 2 * pair + held.turn & 1
            held.ids[place] = id
            // Sound: as in `read`.
            unsafe slice(shard, place).copyMemory(from: UnsafeRawBufferPointer(key))
        }
    }

    /// The age goes up before the shard is looked at: a reader who looks later inserts nothing that he read before.
    func remove(_ id: DataKeyID) {
        removals.wrappingAdd(1, ordering: .acquiringAndReleasing)
        let (shard, pair) = place(id)
        shard.ids.withLock { held in
            for place in 2 * pair...2 * pair + 1 where held.ids[place] == id { clear(shard, place, &held) }
        }
    }

    func removeAll() {
        removals.wrappingAdd(1, ordering: .acquiringAndReleasing)
        for shard in shards {
            shard.ids.withLock { held in
                for place in held.ids.indices where held.ids[place] != nil { clear(shard, place, &held) }
            }
        }
    }

    private func clear(_ shard: Shard, _ place: Int, _ held: inout Held) {
        held.ids[place] = nil
        // Sound: under the shard's lock. Not left out by the compiler: the arena is mapped memory that it knows nothing of.
        unsafe slice(shard, place).initializeMemory(as: UInt8.self, repeating: 0)
    }

    private func slice(_ shard: Shard, _ place: Int) -> UnsafeMutableRawBufferPointer {
        // Sound: the place lies inside the arena, which is this object's own and guarded by the lock.
        unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(mutating: shard.arena.start + place * Self.width), count: Self.width)
    }

    private func place(_ id: DataKeyID) -> (Shard, Int) {
        let mixed = (id.slot ^ UInt64(id.generation) << 40) &* 0x9e37_79b9_7f4a_7c15
        return (shards[Int(mixed >> 60)], Int((mixed & 0xFFFF_FFFF) % UInt64(pairsPerShard)))
    }
}
