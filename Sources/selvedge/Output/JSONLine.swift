internal import Foundation

/// JSON answers: one object, keys sorted, on one line.
enum JSONLine {
    /// - Parameter pretty: on many lines, for reading.
    static func text(_ value: some Encodable, pretty: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func print(_ value: some Encodable) throws { try Console.line(text(value)) }
}
