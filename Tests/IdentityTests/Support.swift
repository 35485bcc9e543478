import Foundation
import Identity
import Testing

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Bytes 0, 1, 2...: the root key of the golden values.
struct CountingRandom: RandomSource {
    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in buffer.indices { unsafe buffer[index] = UInt8(truncatingIfNeeded: index) }
    }
}

/// A source that has failed.
struct BrokenRandom: RandomSource {
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(KeyError) { throw .randomness }
}

/// 2026-01-02T03:04:05Z
let testClock = Timestamp(milliseconds: 1_767_323_045_000)

func testKeyRing() throws -> KeyRing { try KeyRing(root: RootKey(random: CountingRandom())) }

func testIntake(_ yaml: String = "") throws -> Intake {
    try Intake(
        configuration: Configuration(yaml: yaml, file: "test.yaml"), keyRing: testKeyRing(), now: { testClock })
}

extension Intake {
    func key(_ namespace: String, _ value: String, region: String? = nil) throws -> IdentityKey {
        let index = try #require(configuration.namespaceIndex(named: namespace))
        return try identityKey(namespace: index, value: value, region: region)
    }

    /// The key that a namespace gives to exactly these bytes.
    func exact(_ namespace: String, _ canonical: String) throws -> IdentityKey {
        try testKeyRing().identityHasher(namespace: namespace).key(normalised: Array(canonical.utf8).span)
    }

    /// The reason for which a value is refused; nil when it is taken.
    func reason(_ namespace: String, _ value: String, region: String? = nil) throws -> RefusalReason? {
        do {
            _ = try key(namespace, value, region: region)
            return nil
        } catch let refusal as Refusal {
            return refusal.reason
        }
    }

    func reason(line: String) -> RefusalReason? { reason(bytes: Array(line.utf8)) }

    func reason(bytes: [UInt8]) -> RefusalReason? {
        do throws(Refusal) {
            _ = try key(try draft(jsonLine: bytes))
            return nil
        } catch {
            return error.reason
        }
    }
}

/// A fresh directory in memory where there is such a place, removed with what it holds.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(base)/selvedge-identity-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}
