import NIOCore
import SelvedgeClient
import Synchronization
import Wire

/// By one connection of the client's lower layer, without its retries. It is made with the first call.
final class WireDoor: Door {
    private typealias Greeting = Task<Result<Connection, SelvedgeError>, Never>

    private let connector: Connector
    private let token: String
    private let held = Mutex<Greeting?>(nil)

    init(_ address: String, tls: TLSOptions, token: String) throws {
        connector = try Connector(ServerAddress(address), tls: tls)
        self.token = token
    }

    /// The connection itself, for what a door does not do.
    func connection() async throws(SelvedgeError) -> Connection {
        let task = held.withLock { held in
            if let held { return held }
            let task = Greeting { [connector, token] in
                do throws(SelvedgeError) {
                    return .success(try await connector.connect(token: token))
                } catch { return .failure(error) }
            }
            held = task
            return task
        }
        return try await task.value.get()
    }

    func ask(_ method: Wire.Method, _ message: [UInt8]) async -> Reply {
        guard method.kind == .unary else { return await open(method, message).rest() }
        do throws(SelvedgeError) {
            let answer = try await connection().call(method, message, deadline: .seconds(5)).get()
            return Reply(messages: [Array(answer.readableBytesView)])
        } catch { return Reply(failure: .init(error)) }
    }

    func open(_ method: Wire.Method, _ message: [UInt8]?) async -> DoorStream {
        do throws(SelvedgeError) {
            let stream = try await connection().open(method, message, ends: method.kind != .bidirectional)
            return DoorStream(stream)
        } catch {
            let failure = Reply.Failure(error)
            return DoorStream(send: { _ in }, finish: {}, next: { nil }, failure: { failure })
        }
    }

    func close() async {
        let task = held.withLock { $0 }
        if case .success(let connection)? = await task?.value { connection.close() }
    }
}

extension DoorStream {
    fileprivate init(_ stream: CallStream) {
        let held = Held()
        self.init(
            send: { message in
                // What is wrong is told by the stream's end.
                do throws(SelvedgeError) { try await stream.send(message) } catch {}
            },
            finish: { stream.finish() },
            next: {
                do throws(SelvedgeError) {
                    return try await stream.next().map { Array($0.readableBytesView) }
                } catch {
                    held.set(.init(error))
                    return nil
                }
            }, failure: { held.value })
    }

    private final class Held: Sendable {
        private let failure = Mutex<Reply.Failure?>(nil)
        var value: Reply.Failure? { failure.withLock { $0 } }
        func set(_ new: Reply.Failure) { failure.withLock { $0 = new } }
    }
}

extension Reply.Failure {
    init(_ error: SelvedgeError) {
        self.init(
            status: error.status, code: error.code, field: error.field, limit: error.limit, message: error.message)
    }
}
