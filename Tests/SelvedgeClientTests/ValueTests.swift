import SelvedgeClient
import SwiftProtobuf
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        "tcp://127.0.0.1:7420", "tcp://[::1]:1", "tcp://localhost:65535", "unix:///run/selvedge/wire.sock",
        "tls://selvedge.example:7420", "tls://[2001:db8::1]:7420",
    ])
    func anAddressReadsAsItIsWritten(text: String) throws {
        #expect(try ServerAddress(text).description == text)
    }

    @Test(arguments: [
        ("127.0.0.1:7420", "tcp://"), ("http://a:1", "tcp://"), ("tcp://127.0.0.1", "port"), ("tls://a:0", "port"),
        ("tls://a:65536", "port"), ("tls://a:b", "port"), ("tls://:1", "host"), ("tls://a/b:1", "host"),
        ("tls://user@a:1", "host"), ("tls://::1:7420", "brackets"), ("unix://a", "absolute"),
        ("unix:///" + String(repeating: "a", count: 107), "107"), ("tcp://10.0.0.1:7420", "tls://"),
        ("tcp://127.evil.example.com:1", "tls://"), ("tcp://127.0.0.1.example:1", "tls://"), ("", "tcp://"),
    ])
    func whatIsNoAddressIsRefusedWithAdvice(text: String, advice: String) {
        let error = #expect(throws: SelvedgeError.self) { try ServerAddress(text) }
        #expect(error?.code == "invalid_address")
        #expect(error?.message.contains(advice) == true)
    }

    @Test func whatIsPersonalIsNotPrinted() {
        let identifier = SelvedgeIdentifier.email("jan@shop.example")
        let observation = SelvedgeObservation(source: "web", time: 0, identifiers: [identifier], recordID: "jan")
        let all: [Any] = [
            identifier, SelvedgeSubject.email("jan@shop.example"), observation, [observation],
            SelvedgeSubject.record(source: "crm", id: "jan"),
            SelvedgeResolveRequest.with { $0.subject = .email("jan@shop.example") },
            SelvedgeRecordRequest.with { $0.observations = [observation] },
            SelvedgeClientHello.with { $0.token = "jan" },
        ]
        for one in all { #expect(!"\(one)".contains("jan")) }
        for one in all { #expect(!String(reflecting: one).contains("jan")) }
    }

    @Test(arguments: ["connections", "maxInFlight", "streamCredit", "deadline", "agent", "retry.attempts"])
    func aConfigurationIsLookedAt(field: String) throws {
        var configuration = try ClientConfiguration(address: "tcp://127.0.0.1:1")
        switch field {
        case "connections": configuration.connections = 0
        case "maxInFlight": configuration.maxInFlight = 0
        case "streamCredit": configuration.streamCredit = -1
        case "deadline": configuration.deadline = .zero
        case "agent": configuration.agent = "é"
        default: configuration.retry.attempts = 0
        }
        let error = #expect(throws: SelvedgeError.self) { try SelvedgeClient(configuration: configuration) }
        #expect(error?.field == field)
    }

    @Test func aCertificateThatIsNotThereIsNamed() throws {
        var configuration = try ClientConfiguration(address: "tls://localhost:1")
        configuration.tls.authorityFile = "/nonexistent/ca.pem"
        let error = #expect(throws: SelvedgeError.self) { try SelvedgeClient(configuration: configuration) }
        #expect(error?.field == "tls.authorityFile")
        #expect(error?.message.contains("/nonexistent/ca.pem") == true)
    }
}
