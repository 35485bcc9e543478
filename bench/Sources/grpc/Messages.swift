internal import Foundation
internal import GRPCCore

/// Messages as they are: what both sides cost without a codec.
struct RawBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes { Bytes(message) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> [UInt8] {
        bytes.withUnsafeBytes { [UInt8]($0) }
    }
}

/// A file of messages, each behind its length (4 bytes, big-endian).
func readMessages(_ path: String) throws -> [[UInt8]] {
    guard let file = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read") }
    var messages: [[UInt8]] = []
    var rest = file[...]
    while rest.count >= 4 {
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(4)
        guard rest.count >= length else { throw Failure("\(path) ends within a message") }
        messages.append([UInt8](rest.prefix(length)))
        rest = rest.dropFirst(length)
    }
    guard !messages.isEmpty else { throw Failure("\(path) holds no message") }
    return messages
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
