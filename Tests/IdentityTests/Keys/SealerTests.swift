import Identity
import Testing

@Suite struct SealerTests {
    private static let place = Array("table 3, node 9".utf8)

    @Test(arguments: [0, 1, 15, 16, 17, 4_096, 100_000]) func whatIsSealedOpens(count: Int) throws {
        let sealer = try testKeyRing().sealer
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try sealer.seal(plain, associated: Self.place)
        #expect(sealed.count == count + Sealer.overhead)
        #expect(try sealer.open(sealed, associated: Self.place) == plain)
        #expect(try sealer.open(sealer.seal(plain, associated: []), associated: []) == plain)
    }

    @Test func sealingReplaysExactly() throws {
        let first = try testKeyRing().sealer
        let second = try testKeyRing().sealer
        #expect(try first.seal([1, 2, 3], associated: Self.place) == second.seal([1, 2, 3], associated: Self.place))
    }

    @Test func theNonceIsThatOfAnotherImplementation() throws {
        // Python's hmac, from the root key 00 01 02 ... 1f: over the place's length in eight bytes, the place and 01 02 03.
        let sealed = try testKeyRing().sealer.seal([1, 2, 3], associated: Self.place)
        #expect(hexadecimal(sealed.prefix(12)) == "760ddd5690ca25abebe1a776")
    }

    @Test func theNonceDependsOnPlaintextAndPlace() throws {
        let sealer = try testKeyRing().sealer
        let nonces = try [
            sealer.seal([1], associated: [2]), sealer.seal([2], associated: [2]), sealer.seal([1], associated: [1]),
            sealer.seal([2, 1], associated: []), sealer.seal([], associated: [2, 1]),
            sealer.seal([1], associated: [2, 1]),
        ].map { Array($0.prefix(12)) }
        #expect(Set(nonces).count == nonces.count)
    }

    @Test func everyFlippedBitIsRefused() throws {
        let sealer = try testKeyRing().sealer
        let sealed = try sealer.seal(Array("a sealed value".utf8), associated: Self.place)
        for bit in 0..<sealed.count * 8 {
            var altered = sealed
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: KeyError.cannotOpen) { try sealer.open(altered, associated: Self.place) }
        }
    }

    @Test func anotherPlaceKeyOrLengthIsRefused() throws {
        let sealer = try testKeyRing().sealer
        let sealed = try sealer.seal([1, 2, 3], associated: Self.place)
        #expect(throws: KeyError.cannotOpen) { try sealer.open(sealed, associated: []) }
        let other = try KeyRing(root: RootKey(random: SystemRandom())).sealer
        #expect(throws: KeyError.cannotOpen) { try other.open(sealed, associated: Self.place) }
        for count in 0..<sealed.count {
            #expect(throws: KeyError.cannotOpen) { try sealer.open(Array(sealed[..<count]), associated: Self.place) }
        }
    }
}
