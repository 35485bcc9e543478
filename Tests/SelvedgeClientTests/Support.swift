import SelvedgeClient
import Testing

/// A client of a fake server, with one connection and short waits; both end with the body.
func withClient<Value: Sendable>(
    _ server: FakeServer, _ change: (inout ClientConfiguration) -> Void = { _ in },
    _ body: (SelvedgeClient) async throws -> Value
) async throws -> Value {
    var configuration = try ClientConfiguration(address: server.address)
    configuration.connections = 1
    configuration.retry.base = .milliseconds(5)
    change(&configuration)
    let client = try SelvedgeClient(configuration: configuration)
    do {
        let value = try await body(client)
        await client.shutdown(grace: .zero)
        await server.stop()
        return value
    } catch {
        await client.shutdown(grace: .zero)
        await server.stop()
        throw error
    }
}

/// The error that a call ends with; one that succeeds fails the test.
func error(
    at place: SourceLocation = #_sourceLocation, of call: () async throws(SelvedgeError) -> some Any
) async throws -> SelvedgeError {
    do throws(SelvedgeError) {
        _ = try await call()
    } catch {
        return error
    }
    throw Unexpected.success
}

enum Unexpected: Error { case success }

extension SelvedgeClient {
    /// The profile of an e-mail address, untyped in its errors.
    func id(of email: String) async throws -> String? {
        try await resolve(.email(email), for: "m").profile?.id
    }
}
