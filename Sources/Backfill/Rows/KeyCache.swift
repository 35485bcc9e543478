internal import Glibc
internal import Identity

/// Identity keys by the raw values that they were made of: values come again and again, and a look here costs a tenth of hashing.
/// One for each thread. Exact: the whole value is compared.
///
/// Sets of two places of 64 bytes; the older one is given up:
///
///     +--------+-------+---------+----------------+
///     | key 16 | tag 4 | count 1 | value, up to 43 |
///     +--------+-------+---------+----------------+
@safe struct KeyCache: ~Copyable {
    /// Longest value that is kept, in bytes.
    static let valueLimit = 43

    private static let placeBytes = 64
    private static let setBytes = 2 * placeBytes
    private static let hugePage = 2 << 20
    /// What `places` lies in, and how much of it there is.
    private var memory: (start: UnsafeMutableRawPointer, count: Int)
    /// At the start of a huge page.
    private var places: UnsafeMutableRawPointer
    /// Powers of two.
    private var sets: Int
    private var mostSets: Int
    /// Keys that it takes yet before it grows.
    private var room: Int

    /// - Parameter bytes: memory that it may take; rounded down to a power of two.
    init(bytes: Int) {
        var most = 1
        while most * 2 * Self.setBytes <= bytes { most *= 2 }
        mostSets = most
        sets = min(most, Self.hugePage / Self.setBytes)
        room = sets
        unsafe memory = (.allocate(byteCount: sets * Self.setBytes, alignment: Self.hugePage), 0)
        unsafe places = memory.start
        // Sound: all of what was allocated. A tag of 0 is an empty place.
        unsafe places.initializeMemory(as: UInt8.self, repeating: 0, count: sets * Self.setBytes)
    }

    deinit { unsafe Self.free(memory) }

    private static func free(_ memory: (start: UnsafeMutableRawPointer, count: Int)) {
        guard unsafe memory.count > 0 else { return unsafe memory.start.deallocate() }
        unsafe _ = munmap(memory.start, memory.count)
    }

    /// Twice as large, and empty: a short load takes little memory, and a long one soon has its values again. In huge pages: a look
    /// goes anywhere, and each small page that is read before it is written has to be forgotten by other threads' processors.
    private mutating func grow() {
        let count = sets * 2 * Self.setBytes + Self.hugePage
        let protection = PROT_READ | PROT_WRITE
        let mapped = unsafe mmap(nil, count, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            mostSets = sets
            return
        }
        unsafe Self.free(memory)
        unsafe memory = (mapped, count)
        unsafe places = mapped.alignedUp(toMultipleOf: Self.hugePage)
        unsafe _ = madvise(places, count - Self.hugePage, MADV_HUGEPAGE)
        sets *= 2
        room = sets
    }

    /// The first place of the set that a value belongs to.
    @inline(__always)
    func set(_ tag: UInt32, _ value: UnsafeBufferPointer<UInt8>) -> Int {
        (unsafe Self.hash(tag, value) & (sets - 1)) * Self.setBytes
    }

    /// - Parameters:
    ///   - tag: not 0: what the value is of.
    ///   - value: at most `valueLimit` bytes.
    @inline(__always)
    func key(_ tag: UInt32, _ value: UnsafeBufferPointer<UInt8>, set: Int) -> IdentityKey? {
        if unsafe holds(set, tag, value) { return key(at: set) }
        let second = set + Self.placeBytes
        return unsafe holds(second, tag, value) ? key(at: second) : nil
    }

    /// Keeps a key in the set of its value.
    mutating func keep(_ key: IdentityKey, _ tag: UInt32, _ value: UnsafeBufferPointer<UInt8>, set: Int) {
        guard let base = value.baseAddress, value.count <= Self.valueLimit else { return }
        // Sound: a set has two places, and a place has room for the longest value.
        let place = unsafe places + set
        unsafe (place + Self.placeBytes).copyMemory(from: place, byteCount: Self.placeBytes)
        unsafe place.storeBytes(of: key.high, as: UInt64.self)
        unsafe place.storeBytes(of: key.low, toByteOffset: 8, as: UInt64.self)
        unsafe place.storeBytes(of: tag, toByteOffset: 16, as: UInt32.self)
        unsafe place.storeBytes(of: UInt8(value.count), toByteOffset: 20, as: UInt8.self)
        unsafe (place + 21).copyMemory(from: base, byteCount: value.count)
        room -= 1
        if room == 0, sets < mostSets { grow() }
    }

    @inline(__always)
    private func key(at offset: Int) -> IdentityKey {
        // Sound: a place begins with 16 bytes of key.
        unsafe IdentityKey(
            high: places.load(fromByteOffset: offset, as: UInt64.self),
            low: places.load(fromByteOffset: offset + 8, as: UInt64.self))
    }

    @inline(__always)
    private func holds(_ offset: Int, _ tag: UInt32, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let place = unsafe places + offset
        // Sound: reads within the place; the count that is kept is the value's before its bytes are compared.
        guard unsafe place.load(fromByteOffset: 16, as: UInt32.self) == tag,
            unsafe Int(place.load(fromByteOffset: 20, as: UInt8.self)) == value.count
        else { return false }
        var index = 0
        while index + 8 <= value.count {
            let kept = unsafe place.loadUnaligned(fromByteOffset: 21 + index, as: UInt64.self)
            guard unsafe UnsafeRawBufferPointer(value).loadUnaligned(fromByteOffset: index, as: UInt64.self) == kept
            else { return false }
            index += 8
        }
        while index < value.count {
            guard unsafe place.load(fromByteOffset: 21 + index, as: UInt8.self) == value[index] else { return false }
            index += 1
        }
        return true
    }

    /// Mixes eight bytes at a time; who can make values meet in one set can make them be hashed again, and no more.
    @inline(__always)
    private static func hash(_ tag: UInt32, _ value: UnsafeBufferPointer<UInt8>) -> Int {
        var hash = UInt64(tag) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(value.count)
        let raw = UnsafeRawBufferPointer(value)
        var index = 0
        // Sound: eight bytes are read where eight are left.
        while index + 8 <= value.count {
            hash = unsafe mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < value.count {
            rest = unsafe rest << 8 | UInt64(value[index])
            index += 1
        }
        return Int(truncatingIfNeeded: mix(hash ^ rest) >> 8)
    }

    @inline(__always)
    private static func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
        return product.high ^ product.low
    }
}
