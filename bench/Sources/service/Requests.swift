internal import BenchFacade
internal import CLoad
internal import Foundation

/// Requests one behind the other, encoded before the clock starts; they stay where they are in memory.
final class Requests: @unchecked Sendable {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let offsets: UnsafeMutableBufferPointer<UInt64>
    let count: Int

    init(_ builder: Builder) {
        bytes = .allocate(capacity: max(1, builder.bytes.count))
        _ = bytes.initialize(from: builder.bytes)
        offsets = .allocate(capacity: builder.offsets.count)
        _ = offsets.initialize(from: builder.offsets)
        count = builder.offsets.count - 1
    }

    deinit {
        bytes.deallocate()
        offsets.deallocate()
    }

    var raw: load_requests { load_requests(bytes: bytes.baseAddress, offsets: offsets.baseAddress, count: count) }

    struct Builder {
        fileprivate(set) var bytes: [UInt8] = []
        fileprivate(set) var offsets: [UInt64] = [0]

        mutating func append(_ body: (inout [UInt8]) -> Void) {
            body(&bytes)
            offsets.append(UInt64(bytes.count))
        }
    }
}

/// What is asked of whom: identifiers drawn at random from the graph, all of which exist.
struct Questions {
    var people: Int
    let namespaces: [String]
    /// Else as SHA-256, as partners send them: libphonenumber takes some 30 us for a number.
    let sendsRawPhones: Bool
    private var state: UInt64

    init(_ options: Options, seed: UInt64) {
        people = options.people
        namespaces = options.namespaces
        sendsRawPhones = options.sendsRawPhones
        state = seed
    }

    mutating func draw() -> UInt64 {
        state &+= 1
        return mix(state)
    }

    mutating func subject() -> ProtoWriter {
        let drawn = draw()
        let namespace = namespaces[Int((drawn >> 40) % UInt64(namespaces.count))]
        let value = Person(number: Int(drawn % UInt64(people))).value(in: namespace)
        var identifier = ProtoWriter()
        identifier.field(1, namespace)
        if namespace == "phone", !sendsRawPhones {
            identifier.field(3, BenchStore.sha256(value))
        } else {
            identifier.field(2, value)
        }
        var subject = ProtoWriter()
        subject.field(1, identifier)
        return subject
    }

    /// A ResolveRequest, or a ResolveBatchRequest, which has the same fields.
    private mutating func message(subjects: Int) -> ProtoWriter {
        var message = ProtoWriter()
        for _ in 0..<subjects { message.field(1, subject()) }
        message.field(2, "service")
        return message
    }

    /// REQUEST frames of Resolve, or of ResolveBatch where there is more than one subject to each.
    mutating func frames(_ count: Int, subjects: Int = 1) -> Requests {
        var builder = Requests.Builder()
        for _ in 0..<count {
            let message = message(subjects: subjects).bytes
            builder.append { bytes in
                bytes.appendHeader(length: message.count + 4, kind: 2, flags: 1, code: subjects > 1 ? 0x0102 : 0x0101)
                bytes.appendBigEndian(0)
                bytes += message
            }
        }
        return Requests(builder)
    }

    /// The messages alone, each behind its length, in a file.
    mutating func write(_ count: Int, to path: String) throws {
        var bytes: [UInt8] = []
        for _ in 0..<count {
            let message = message(subjects: 1).bytes
            bytes.appendBigEndian(UInt32(message.count))
            bytes += message
        }
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// GETs of keys that Redis was given.
    mutating func gets(_ count: Int, keys: Int) -> Requests {
        var builder = Requests.Builder()
        for _ in 0..<count {
            state &+= 1
            let key = String(format: "%012d", Int(mix(state) % UInt64(keys)))
            builder.append { $0 += "*2\r\n$3\r\nGET\r\n$16\r\nkey:\(key)\r\n".utf8 }
        }
        return Requests(builder)
    }
}

/// A ResolveResponse as ours is: PROFILE, an id of 30 characters, three members. Redis's values are as long.
enum Answer {
    static let bytes: [UInt8] = [0x08, 1, 0x12, 30] + Array("prf_00000000000000000000000000".utf8) + [0x18, 3]

    static func write(to path: String) throws {
        var file: [UInt8] = []
        file.appendBigEndian(UInt32(bytes.count))
        try Data(file + bytes).write(to: URL(filePath: path))
    }
}

/// The finaliser of SplitMix64.
func mix(_ value: UInt64) -> UInt64 {
    var word = value &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
}
