import SwiftProtobuf
import TestSupport
import Wire

/// One connection's bytes: a transcript that a client might have sent, and what was done to it.
struct FuzzInput: Sendable {
    /// As they come, one read after the other.
    var chunks: [[UInt8]] = []
    /// Between which of them tasks get time.
    var pauses: Set<Int> = []
    /// From this chunk on the client reads nothing, until the end; nil: it reads.
    var stallsAt: Int?

    var bytes: [UInt8] { chunks.flatMap(\.self) }

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var frames = Transcript.make(&random)
        // A fifth stays as it is: all of it has to be answered.
        if random.chance(80) {
            for _ in 0..<random.pick([1, 1, 1, 2, 3, 6]) { FrameMutation.apply(to: &frames, &random) }
        }
        var bytes = frames.flatMap(\.bytes)
        if random.chance(25) { ByteMutation.apply(to: &bytes, &random) }
        cut(bytes, &random)
    }

    private mutating func cut(_ bytes: [UInt8], _ random: inout SeededGenerator) {
        let most = random.pick([1, 3, 12, 100, 2_000, 1_000_000])
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + random.int(max(1, most / 4)...most))
            chunks.append(Array(bytes[start..<end]))
            start = end
        }
        for place in chunks.indices where chunks.count < 10 || random.chance(5) {
            if random.chance(20) { pauses.insert(place) }
        }
        if random.chance(15), !chunks.isEmpty { stallsAt = random.int(0...chunks.count - 1) }
    }
}

/// What a client that keeps to the specification might send.
enum Transcript {
    private static let rare: [Wire.Method] = [
        .stats, .digest, .check, .clusters, .sweep, .purge, .backup, .rotateKeys, .prove, .scrub, .trainLinkage,
        .link, .trainScores, .export, .repartition, .verifyAudit, .privacyLedger, .offerReport,
    ]
    private static let common: [Wire.Method] = Wire.Method.allCases.filter { !rare.contains($0) }

    static func make(_ random: inout SeededGenerator) -> [FuzzFrame] {
        var hello = SelvedgeClientHello()
        hello.agent = random.pick(["", "fuzz/1"])
        hello.initialCredit = random.pick([0, 0, 0, 1, 700, 1_000_000])
        var frames = [FuzzFrame.hello((try? hello.serializedBytes()) ?? [])]
        var stream: UInt32 = 0
        /// Streams that take messages still.
        var open: [UInt32] = []
        for _ in 0..<random.int(0...12) {
            switch random.int(0...19) {
            case 0: frames.append(FuzzFrame(.ping, (0..<8).map { _ in UInt8(random.int(0...255)) }))
            case 1 where stream > 0: frames.append(FuzzFrame(.cancel, stream: UInt32(random.int(1...Int(stream)))))
            case 2 where stream > 0:
                frames.append(
                    .credit(UInt32(random.pick([0, 1, 5_000, 262_144])), stream: UInt32(random.int(1...Int(stream)))))
            case 3...6 where !open.isEmpty:
                let id = random.pick(open)
                let isLast = random.chance(25)
                let message = FuzzMessages.request(.recordStream, &random)
                frames.append(FuzzFrame(.message, stream: id, flags: isLast ? 1 : 0, message))
                if isLast { open.removeAll { $0 == id } }
            case 7 where !open.isEmpty:
                let id = random.pick(open)
                frames.append(FuzzFrame(.halfClose, stream: id))
                open.removeAll { $0 == id }
            default:
                stream += UInt32(random.pick([1, 1, 1, 2, 40]))
                frames.append(request(stream, &open, &random))
            }
        }
        if random.chance(10) { frames.append(FuzzFrame(.goaway, bigEndian(UInt32(0)))) }
        return frames
    }

    private static func request(
        _ stream: UInt32, _ open: inout [UInt32], _ random: inout SeededGenerator
    ) -> FuzzFrame {
        let method = random.chance(2) ? random.pick(rare) : random.chance(40) ? .resolve : random.pick(common)
        let deadline = UInt32(random.pick([0, 0, 0, 2_000, 1_000_000]))
        var message = FuzzMessages.request(method, &random)
        var flags: UInt8 = 1
        if method.kind == .bidirectional {
            if random.chance(30) { message = [] }
            if random.chance(80) {
                flags = 0
                open.append(stream)
            }
        }
        return .request(method.rawValue, stream: stream, deadline: deadline, flags: flags, message)
    }
}
