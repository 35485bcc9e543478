package import NIOCore
package import SwiftProtobuf
package import Wire

/// A client of a Selvedge server, over the wire protocol: resolves profiles, records evidence, enters decisions.
///
/// One client serves a whole process: it keeps a few connections, many tasks call at once, and calls that may be repeated
/// are, by ``ClientConfiguration/retry``. Connections are opened when the first call needs them. Call ``shutdown(grace:)``
/// at the end.
///
/// Every verb throws ``SelvedgeError``. Cancelling the task that waits gives the call up, on the server too.
public final class SelvedgeClient: Sendable {
    /// As it was given.
    public let configuration: ClientConfiguration
    let pool: Pool

    /// Reads the certificates; connects to nothing yet.
    ///
    /// - Throws: `invalid_configuration`, with the field.
    public init(configuration: ClientConfiguration) throws(SelvedgeError) {
        try configuration.validate()
        var options = Connection.Options()
        options.agent = configuration.agent
        options.connectTimeout = configuration.connectTimeout
        options.keepalive = configuration.keepalive
        options.streamCredit = configuration.streamCredit
        options.maxInFlight = configuration.maxInFlight
        self.configuration = configuration
        pool = Pool(try Connector(configuration.address, tls: configuration.tls, options: options), configuration)
    }

    /// With the defaults for everything but the address, such as `unix:///run/selvedge/wire.sock`.
    public convenience init(_ address: String) throws(SelvedgeError) {
        try self.init(configuration: ClientConfiguration(address: address))
    }

    deinit { pool.abandon() }

    /// Begins nothing more, waits until the open calls are answered, at most `grace`, and closes. Calls made afterwards
    /// fail with `client_closed`.
    public func shutdown(grace: Duration = .seconds(5)) async { await pool.shutdown(grace: grace) }

    // MARK: The ways of all verbs

    /// A unary call, with its retries.
    ///
    /// - Parameter deadline: of all attempts together; nil: the configuration's.
    package func unary<Request: SwiftProtobuf.Message, Response: SwiftProtobuf.Message>(
        _ method: Wire.Method, _ request: Request, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> Response {
        try Response(wireBytes: await call(method, try request.wireBytes(), deadline: deadline))
    }

    /// The same in bytes.
    package func call(
        _ method: Wire.Method, _ message: [UInt8], deadline: Duration? = nil
    ) async throws(SelvedgeError) -> ByteBuffer {
        let expires = NIODeadline.now() + TimeAmount(deadline ?? configuration.deadline)
        var retrying = Retrying(configuration.retry, isIdempotent: method.isIdempotent, expires: expires)
        while true {
            do throws(SelvedgeError) {
                let connection = try await pool.lease(until: expires).get()
                let left = max(Duration(expires - .now()), .milliseconds(1))
                let result = await connection.call(method, message, deadline: left, isReserved: true)
                if case .success(let answer) = result { return answer }
                let answer = try leaving(connection, on: result)
                return answer
            } catch {
                try await retrying.pause(after: error)
            }
        }
    }

    /// Credentials that have ended: the connection is left, so that the next attempt brings fresh ones.
    private func leaving(
        _ connection: Connection, on result: Result<ByteBuffer, SelvedgeError>
    ) throws(SelvedgeError) -> ByteBuffer {
        if case .failure(let error) = result, error.code == ErrorCode.credentialsExpired.rawValue {
            pool.retire(connection)
        }
        return try result.get()
    }

    /// A stream of messages from the server. It begins with the first message that is asked for.
    func stream<Request: SwiftProtobuf.Message, Response: SwiftProtobuf.Message>(
        _ method: Wire.Method, _ request: Request, deadline: Duration? = nil
    ) -> MessageSequence<Response> {
        MessageSequence { [self] () throws(SelvedgeError) in
            MessageReader<Response>(self, method, try request.wireBytes(), deadline: deadline)
        }
    }
}
