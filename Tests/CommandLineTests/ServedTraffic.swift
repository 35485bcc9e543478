import Foundation
import SelvedgeClient
import SwiftProtobuf

/// The simulator's traffic, as batches for a server and as lines for the command line: both say the same.
struct ServedTraffic: Sendable {
    let batches: [[SelvedgeObservation]]
    /// JSON Lines, a file of the tool's.
    let file: String

    private struct Line: Codable {
        struct Identifier: Codable {
            var namespace: String
            var value: String?
            var sha256: String?
        }

        var source: String
        var recordID: String?
        var time: String
        var identifiers: [Identifier]

        enum CodingKeys: String, CodingKey {
            case source, time, identifiers
            case recordID = "record_id"
        }
    }

    /// - Parameter size: observations of a batch.
    init(_ tool: Tool, people: Int, seed: UInt64, size: Int) throws {
        let names = ["out", "truth", "record-truth", "summary"]
        var arguments = ["--seed", "\(seed)", "--people", "\(people)"]
        for name in names { arguments += ["--\(name)", "\(tool.path)/simulated-\(name)"] }
        try DamageProgram.simulate.demand(arguments)
        // Who is who, without what else was seen: the bodies do not bear on it.
        let lines = try Data(contentsOf: URL(filePath: "\(tool.path)/simulated-out")).split(separator: 0x0A).map {
            try JSONDecoder().decode(Line.self, from: $0)
        }
        let encoder = JSONEncoder()
        let text = try lines.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
        file = try tool.file("traffic.jsonl", text.joined())
        let observations = lines.map(Self.observation)
        batches = stride(from: 0, to: observations.count, by: size).map { start in
            Array(observations[start..<min(start + size, observations.count)])
        }
    }

    private static func observation(_ line: Line) -> SelvedgeObservation {
        .with { message in
            message.source = line.source
            message.recordID = line.recordID ?? ""
            message.timeMs = milliseconds(line.time)
            message.identifiers = line.identifiers.map { identifier in
                .with {
                    $0.namespace = identifier.namespace
                    if let value = identifier.value { $0.value = value }
                    if let hash = identifier.sha256 { $0.sha256 = bytes(hash) }
                }
            }
        }
    }

    private static func bytes(_ hexadecimal: String) -> Data {
        let digits = hexadecimal.compactMap(\.hexDigitValue).map(UInt8.init)
        return Data(stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    private static func milliseconds(_ time: String) -> Int64 {
        let strategy = Date.ISO8601FormatStyle(includingFractionalSeconds: time.contains("."))
        guard let date = try? strategy.parse(time) else { return 0 }
        return Int64((date.timeIntervalSince1970 * 1_000).rounded())
    }
}
