internal import Foundation
internal import Identity
internal import SelvedgeClient

/// A store that a server serves.
struct ServerStore {
    let client: SelvedgeClient
    /// As it was given.
    let name: String

    /// Asks and waits for the answer. Errors become exit codes in `Failure`.
    ///
    /// - Parameter isInterruptible: whether a signal gives the call up.
    func ask<Value: Sendable>(
        isInterruptible: Bool = false, _ call: @escaping @Sendable (SelvedgeClient) async throws -> Value
    ) throws -> Value {
        let client = client
        return try Bridge.wait(isInterruptible: isInterruptible) { try await call(client) }
    }

    /// An object that a server tells as JSON.
    static func object<Value: Decodable>(_ json: String) throws -> Value {
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(json.utf8)) else {
            throw Failure(.storeTrouble, "the server's answer is that of another version; use a program of its version")
        }
        return value
    }

    /// All messages of a stream, one after another.
    func each<Messages: AsyncSequence & Sendable>(
        _ messages: Messages, _ body: (Messages.Element) throws -> Void
    ) throws where Messages.Element: Sendable {
        let reader = StreamReader(messages)
        while let message = try Bridge.wait(isInterruptible: true, { try await reader.next() }) {
            try body(message)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
    }

    /// The same of what takes long: a terminal says that it does.
    func ask<Value: Sendable>(
        waiting what: String, _ call: @escaping @Sendable (SelvedgeClient) async throws -> Value
    ) throws -> Value {
        try Waiting.during(what) { try ask(call) }
    }
}

extension Failure {
    /// What a server said, or why it could not be asked.
    init(server error: SelvedgeError) {
        switch error.status {
        case .invalidArgument: self = Failure(invalid: error)
        case .failedPrecondition where error.code == "store_full": self.init(.storeTrouble, error.message)
        case .notFound, .alreadyExists, .failedPrecondition, .aborted, .outOfRange, .permissionDenied, .unauthenticated:
            self.init(.refusedInput, error.message)
        default: self.init(.storeTrouble, "the server: \(error.message)")
        }
    }

    private init(invalid error: SelvedgeError) {
        switch (error.code, error.field) {
        case ("invalid_address", _), ("invalid_configuration", _): self.init(.wrongUsage, error.message)
        case ("unknown_purpose", "purpose"): self.init(.wrongUsage, "--purpose is none of them: \(error.message)")
        case ("missing_field", "purpose"): self.init(.wrongUsage, "--purpose is required: \(error.message)")
        default: self.init(.refusedInput, RefusalAnswer(error).text)
        }
    }
}

extension RefusalAnswer {
    init(_ error: SelvedgeError) {
        self.init(reason: error.code, field: Self.place(error.field), advice: error.message)
    }

    init(_ refusal: SelvedgeRefusal) {
        self.init(reason: refusal.reason, field: Self.place(refusal.field), advice: refusal.advice)
    }

    /// A message's field as the command line calls it: `subject.identifier.value` is the argument's `value`.
    private static func place(_ field: String) -> String {
        switch field {
        case "time_ms": return "--time"
        case "as_of_ms": return "--as-of"
        case "look.reason": return "--reason"
        default: break
        }
        for end in ["subject", "first", "second"] {
            for prefix in [end + ".identifier.", end + ".record.", end + "."] where field.hasPrefix(prefix) {
                return String(field.dropFirst(prefix.count))
            }
        }
        return field
    }
}

extension IdentityKey {
    /// Of its 16 bytes; nil for any other number of them.
    init?(_ bytes: Data) {
        guard bytes.count == 16 else { return nil }
        let words = [bytes.prefix(8), bytes.suffix(8)].map { half in half.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self.init(high: words[0], low: words[1])
    }
}

extension Data {
    /// The hexadecimal digits of an identity key; empty where there is none.
    var keyText: String { IdentityKey(self)?.description ?? "" }
}
