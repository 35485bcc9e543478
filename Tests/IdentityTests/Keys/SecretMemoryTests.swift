import Foundation
import Glibc
import Identity
import Testing

/// Where key bytes lie in this process, read from the kernel's own account of it.
@Suite(.serialized) struct SecretMemoryTests {
    /// Fills with bytes that are computed, so that this file's own memory never holds them side by side.
    private struct MarkedRandom: RandomSource {
        let seed: UInt64

        func fill(_ buffer: UnsafeMutableRawBufferPointer) {
            for index in buffer.indices { unsafe buffer[index] = Self.byte(index, seed) }
        }

        static func byte(_ index: Int, _ seed: UInt64) -> UInt8 {
            var mixed = seed &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ mixed >> 31) &* 0xbf58_476d_1ce4_e5b9
            return UInt8(truncatingIfNeeded: mixed >> 40)
        }
    }

    /// A mapping of /proc/self/smaps.
    private struct Mapping {
        var range: Range<UInt>
        var isReadable: Bool
        var flags: Set<Substring> = []
        var name: Substring
    }

    private static func mappings() throws -> [Mapping] {
        var mappings: [Mapping] = []
        let account = try #require(try FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd())
        for line in String(decoding: account, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "VmFlags:", !mappings.isEmpty {
                mappings[mappings.count - 1].flags = Set(words.dropFirst())
            } else if let dash = words[0].firstIndex(of: "-"), let from = UInt(words[0][..<dash], radix: 16),
                let to = UInt(words[0][words[0].index(after: dash)...], radix: 16)
            {
                mappings.append(
                    Mapping(range: from..<to, isReadable: words[1].first == "r", name: words.count > 5 ? words[5] : ""))
            }
        }
        return mappings
    }

    /// The mappings that hold the marked 32 bytes.
    private static func holders(of seed: UInt64) throws -> [Mapping] {
        let memory = unsafe open("/proc/self/mem", O_RDONLY)
        try #require(memory >= 0)
        defer { close(memory) }
        let first = MarkedRandom.byte(0, seed)
        var found: [Mapping] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        for mapping in try mappings()
        where mapping.isReadable && mapping.name != "[vvar]" && mapping.name != "[vsyscall]" {
            var position = mapping.range.lowerBound
            while position < mapping.range.upperBound {
                let count = min(buffer.count, Int(mapping.range.upperBound - position))
                let got = unsafe buffer.withUnsafeMutableBytes {
                    unsafe pread(memory, $0.baseAddress, count, off_t(position))
                }
                guard got > 32 else { break }
                let isThere = unsafe buffer.withUnsafeBytes { bytes in
                    (0...got - 32).contains { start in
                        unsafe bytes[start] == first
                            && (1..<32).allSatisfy { unsafe bytes[start + $0] == MarkedRandom.byte($0, seed) }
                    }
                }
                if isThere {
                    found.append(mapping)
                    break
                }
                position += UInt(max(got - 31, 1))
                if got < count || position + 32 > mapping.range.upperBound { break }
            }
        }
        return found
    }

    @Test func keysLieInLockedMemoryOutOfDumpsAndNowhereElse() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var ring: KeyRing? = try KeyRing(bundle: KeyBundle(random: MarkedRandom(seed: seed)))
        let holders = try withExtendedLifetime(ring) { try Self.holders(of: seed) }
        #expect(!holders.isEmpty, "the keys were not found at all: this test sees nothing")
        var limit = rlimit()
        let isLimited = unsafe getrlimit(__rlimit_resource_t(8), &limit) != 0 || limit.rlim_cur < 1 << 20
        for holder in holders {
            #expect(holder.flags.contains("dd"), "a key lies where a core dump would show it")
            #expect(isLimited || holder.flags.contains("lo"), "a key lies where it may be swapped out")
        }
        ring = nil
        #expect(try Self.holders(of: seed).isEmpty, "a key is left in memory after its last owner has gone")
    }

    @Test func dataKeysAtHandLieInLockedMemoryUntilTheyAreForgotten() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        let vault = try DataKeyVault(
            wrapping: KeyRing(bundle: KeyBundle(random: SystemRandom())).slotSealer, capacity: 64)
        let id = DataKeyID(slot: 5, generation: 1)
        let wrapped = try vault.makeKey(associated: [1], random: MarkedRandom(seed: seed))
        #expect(try Self.holders(of: seed).isEmpty, "making a key left it behind")
        for forget in [{ vault.forget(id) }, { vault.forgetAll() }] {
            let sealed = try vault.seal([9], under: id, associated: [2]) { wrapped }
            let place: [UInt8] = [2]
            #expect(try vault.open(sealed.span.bytes, under: id, associated: place.span.bytes) { wrapped } == [9])
            #expect(vault.cachedKeys == 1)
            let holders = try Self.holders(of: seed)
            #expect(!holders.isEmpty, "the key was not found at all: this test sees nothing")
            var limit = rlimit()
            let isLimited = unsafe getrlimit(__rlimit_resource_t(8), &limit) != 0 || limit.rlim_cur < 1 << 20
            for holder in holders {
                #expect(holder.flags.contains("dd"), "a data key lies where a core dump would show it")
                #expect(isLimited || holder.flags.contains("lo"), "a data key lies where it may be swapped out")
            }
            forget()
            #expect(vault.cachedKeys == 0)
            #expect(try Self.holders(of: seed).isEmpty, "a data key is left in memory after it was forgotten")
        }
    }

    @Test func aFullCacheGivesEveryKeyAllTheSame() throws {
        let vault = try DataKeyVault(
            wrapping: KeyRing(bundle: KeyBundle(random: SystemRandom())).slotSealer, capacity: 64)
        let ids = (0..<2_000).map { DataKeyID(slot: $0, generation: 1) }
        let wrapped = try ids.map { _ in try vault.makeKey(associated: [1], random: SystemRandom()) }
        let sealed = try ids.indices.map { index in
            try vault.seal([UInt8(index & 0xFF)], under: ids[index], associated: []) { wrapped[index] }
        }
        let nothing: [UInt8] = []
        for index in ids.indices.shuffled() {
            let value = sealed[index]
            let plain = try vault.open(value.span.bytes, under: ids[index], associated: nothing.span.bytes) {
                wrapped[index]
            }
            #expect(plain == [UInt8(index & 0xFF)])
        }
        #expect(vault.cachedKeys == 64)
    }

    @Test func wrappingAndUnwrappingLeaveNoKeyBehind() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        func pass() throws -> Int {
            let root = try RootKey(random: SystemRandom())
            let bundle = try KeyBundle(random: MarkedRandom(seed: seed))
            let wrapped = try bundle.wrapped(by: root, random: SystemRandom())
            let opened = try KeyBundle(unwrapping: wrapped, by: root)
            return try KeyRing(bundle: opened).keyCheckValue.count
        }
        #expect(try pass() == 16)
        #expect(try Self.holders(of: seed).isEmpty)
    }
}
