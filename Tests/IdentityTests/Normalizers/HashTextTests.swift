import Identity
import Testing

@Suite struct HashTextTests {
    private static let hex = "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
    private static let base64 = "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="

    @Test func everyWritingOfAHashIsTheSameKey() throws {
        let intake = try testIntake()
        let writings = [
            Self.hex, Self.hex.uppercased(), " \(Self.hex)\n", Self.base64, String(Self.base64.dropLast()),
            Self.base64.replacing("/", with: "_").replacing("+", with: "-"),
        ]
        let keys = try writings.map { try intake.identifier("email#sha256:\($0)").key }
        #expect(Set(keys) == [try intake.key("email", "user@example.com")])
    }

    @Test(arguments: [
        "", "abc", String(hex.dropLast()), hex + "0", "g" + hex.dropFirst(), "=" + base64.dropLast(), base64 + "=",
        base64.dropLast(2) + "R=", "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVR!=", "user@example.com",
    ])
    func whatIsNoHashIsRefused(text: String) throws {
        let refusal = #expect(throws: Refusal.self) { try testIntake().identifier("email#sha256:\(text)") }
        #expect(refusal?.reason == .invalidHash)
    }

    @Test func aHashInTheFieldOfValuesIsNotGuessed() throws {
        #expect(try testIntake().reason("email", Self.hex) == .invalidEmail)
    }
}
