import Foundation
import SwiftProtobuf
import Testing
import Wire

/// The hot path reads requests by hand; the generated messages are its oracle.
@Suite struct ResolveQueryTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func readsWhatTheGeneratedMessageReads(seed: UInt64) throws {
        var random = SeededBytes(seed)
        for _ in 0..<500 {
            let request = random.request()
            let bytes: [UInt8] = try request.serializedBytes()
            let query = try ResolveQuery(bytes.span, 0..<bytes.count)
            #expect(query.restored(from: bytes) == request, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func readsABatchAsTheGeneratedMessageDoes(seed: UInt64) throws {
        var random = SeededBytes(seed)
        for count in [0, 1, 3, 40] {
            var request = SelvedgeResolveBatchRequest()
            request.subjects = (0..<count).map { _ in random.request().subject }
            request.purpose = "service"
            request.members = random.next() & 1 == 0
            let bytes: [UInt8] = try request.serializedBytes()
            let query = try ResolveBatchQuery(bytes.span, limit: 10)
            #expect(query.count == count)
            #expect(query.subjects.count == min(count, 10))
            #expect(query.wantsMembers == request.members)
            for (subject, expected) in zip(query.subjects, request.subjects) {
                #expect(ResolveQuery.message(subject, bytes) == expected, "seed \(seed)")
            }
        }
    }

    /// Bytes that are cut or changed: both refuse them, or both read the same.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func damagedBytesAreReadAlikeOrRefused(seed: UInt64) throws {
        var random = SeededBytes(seed)
        var agreed = 0
        for _ in 0..<500 {
            var bytes: [UInt8] = try random.request().serializedBytes()
            guard !bytes.isEmpty else { continue }
            switch random.next() % 3 {
            case 0: bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
            case 1: bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() & 7))
            default:
                let place = Int(random.next() % UInt64(bytes.count))
                bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            }
            guard let generated = try? SelvedgeResolveRequest(serializedBytes: bytes) else { continue }
            guard let query = try? ResolveQuery(bytes.span, 0..<bytes.count) else {
                // Groups, which nobody sends, are the one thing that the generated code reads and this does not.
                #expect(bytes.contains { $0 & 7 == 3 || $0 & 7 == 4 }, "seed \(seed): \(bytes)")
                continue
            }
            agreed += 1
            #expect(query.restored(from: bytes).subject == generated.subject, "seed \(seed): \(bytes)")
            #expect(query.restored(from: bytes).purpose == generated.purpose, "seed \(seed): \(bytes)")
        }
        #expect(agreed > 20)
    }

    @Test(
        arguments: [
            [0x0a], [0x0a, 0x05, 0x00], [0x08], [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            [0x00, 0x01], [0x0b], [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0d, 0x00], [0x09, 0x00, 0x00],
        ] as [[UInt8]])
    func brokenBytesAreRefused(bytes: [UInt8]) {
        #expect(throws: ProtoReader.Malformed.self) { try ResolveQuery(bytes.span, 0..<bytes.count) }
    }
}

/// A generator with a seed, and requests from it.
struct SeededBytes {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 17
    }

    mutating func text() -> String {
        let words = ["", "email", "Ada@Example.com", "ä", "cookie", "k-93", String(repeating: "x", count: 300)]
        return words[Int(next() % UInt64(words.count))]
    }

    mutating func request() -> SelvedgeResolveRequest {
        var request = SelvedgeResolveRequest()
        switch next() % 5 {
        case 0: request.subject.identifier.value = text()
        case 1: request.subject.identifier.sha256 = Data((0..<32).map { _ in UInt8(truncatingIfNeeded: next()) })
        case 2: request.subject.record.source = text()
        case 3: request.subject.profileID = text()
        default: break
        }
        if case .identifier? = request.subject.kind { request.subject.identifier.namespace = text() }
        if case .record? = request.subject.kind { request.subject.record.recordID = text() }
        request.purpose = text()
        request.members = next() & 1 == 0
        return request
    }
}

extension ResolveQuery {
    /// The message that it was read from, but for a look.
    func restored(from bytes: [UInt8]) -> SelvedgeResolveRequest {
        var request = SelvedgeResolveRequest()
        let subject = Self.message(subject, bytes)
        if subject != SelvedgeSubject() { request.subject = subject }
        request.purpose = String(decoding: bytes[purpose], as: UTF8.self)
        request.members = wantsMembers
        return request
    }

    static func message(_ subject: Subject, _ bytes: [UInt8]) -> SelvedgeSubject {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        var message = SelvedgeSubject()
        switch subject {
        case .none: break
        case .identifier(let namespace, let form):
            message.identifier = SelvedgeIdentifier()
            message.identifier.namespace = text(namespace)
            switch form {
            case .none: break
            case .value(let range): message.identifier.value = text(range)
            case .sha256(let range): message.identifier.sha256 = Data(bytes[range])
            }
        case .record(let source, let id):
            message.record = SelvedgeRecordName()
            message.record.source = text(source)
            message.record.recordID = text(id)
        case .profile(let range): message.profileID = text(range)
        }
        return message
    }
}
