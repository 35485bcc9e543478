import Foundation
import TestSupport
import Testing

/// Nothing that a caller sends is kept or told as it is: 1,000 seeded values in full, a tenth by default, looked for as they are,
/// in hexadecimal digits and in base64.
@Suite("Raw values") struct RawValueTests {
    private static var values: [String] {
        var generator = SeededGenerator(seed: 77)
        return (0..<max(20, Int(1_000 * TestScale.factor))).map { _ in
            "v" + (0..<16).map { _ in String(generator.int(0...35), radix: 36) }.joined()
        }
    }

    /// Every form of every value, as bytes.
    private static func forms(_ values: [String]) -> [(value: Int, bytes: Data)] {
        values.enumerated().flatMap { number, value -> [(value: Int, bytes: Data)] in
            let raw = Data(value.utf8)
            let digits = raw.map { String(format: "%02x", $0) }.joined()
            // Without what depends on the bytes before and after.
            let base64 = [0, 1, 2].map { skip in
                String(raw.dropFirst(skip).base64EncodedString().prefix { $0 != "=" }.dropLast(1))
            }
            return ([value, value.uppercased(), digits, digits.uppercased()] + base64).map { (number, Data($0.utf8)) }
        }
    }

    @Test func noneIsInAFileALogAMetricOrAnAnswer() throws {
        let values = Self.values
        let tool = try Tool.withStore(config: "privacy: {approvals: 1}\n")
        let text = values.enumerated().map { number, value in
            Lines.observation(
                [("email", "\(value)@example.org"), ("cookie", "\(value)-c"), ("login", "\(value)-l")],
                source: number.isMultiple(of: 3) ? "crm" : "web", record: number.isMultiple(of: 3) ? "r\(number)" : nil)
        }.joined()
        var said = ""
        func run(_ arguments: [String], input: String = "") throws {
            let answer = try tool.run(arguments, input: input)
            said += answer.out + answer.err
        }
        let data = ["--data", tool.store]
        try run(["record"] + data, input: text + "{\"source\":\"\(values[0])\"}\n\(values[1])\n")
        try run(["resolve"] + data + ["--purpose", "service"] + values.prefix(20).map { "email:\($0)@example.org" })
        try run(["resolve"] + data + ["--purpose", values[2], "email:\(values[2])"])
        let act = ["--by", "alice", "--reason", "a test"]
        try run(["privacy", "request"] + data + act + ["email:\(values[4])@example.org"])
        try run(["privacy", "run"] + data + ["1"])
        try run(["privacy", "access"] + data + act + ["email:\(values[5])@example.org"])
        try run(["privacy", "restrict"] + data + act + ["email:\(values[7])@example.org"])
        try run(["backup"] + data + ["--to", tool.path + "/backup"])
        try run(["privacy", "ledger"] + data + ["--to", tool.path + "/ledger"])
        let server = try ServerRun(tool)
        let address = try #require(server.addresses["wire"])
        try run(["record", "--server", address], input: text + "{\"source\":\"\(values[8])\"}\n")
        try run(["resolve", "--server", address, "--purpose", "service", "email:\(values[9])"])
        said += server.get("/metrics").body
        let ended = try server.end()
        said += ended.out + ended.err
        try run(["stats"] + data)
        let forms = Self.forms(values)
        let told = Data(said.utf8)
        #expect(forms.filter { told.range(of: $0.bytes) != nil }.map(\.value) == [], "in what was said")
        for name in try FileManager.default.subpathsOfDirectory(atPath: tool.path) where !name.hasPrefix("run-") {
            guard let bytes = FileManager.default.contents(atPath: tool.path + "/" + name) else { continue }
            #expect(forms.filter { bytes.range(of: $0.bytes) != nil }.map(\.value) == [], "in \(name)")
        }
    }
}
