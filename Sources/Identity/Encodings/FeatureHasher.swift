/// Makes the tokens of encodings: the first 32 bits of HMAC-SHA-256 under the feature key, over
///
///     | namespace 8 | purpose 1 | value |
///
/// where the namespace is itself a keyed hash of its name. So tokens of different fields, or of different purposes, have
/// nothing in common. 0 stands for what is not there and is never a token.
struct FeatureHasher: Sendable {
    /// What of a value is hashed.
    enum Purpose: UInt8 {
        /// The value, and the value without one of its characters.
        case whole = 0
        case bigram = 1
        case prefix = 2
        case year = 3
        /// Shared, so that the two can be found swapped.
        case monthOrDay = 4
        case rung = 5
        case member = 6
        case initial = 7
        case alias = 8
    }

    /// The first bytes of a message; nine are followed by the value.
    struct Prefix: Sendable {
        fileprivate var bytes: [UInt8]
    }

    private let authenticator: MessageAuthenticator

    init(_ authenticator: MessageAuthenticator) { self.authenticator = authenticator }

    func prefix(namespace: String) -> Prefix {
        let digest = authenticator.code(for: Array("namespace/\(namespace)".utf8))
        return Prefix(bytes: Array(digest.bytes.prefix(8)))
    }

    /// Makes the message ready to take a value.
    @inline(__always)
    func begin(_ message: inout [UInt8], _ prefix: Prefix, _ purpose: Purpose) {
        message.removeAll(keepingCapacity: true)
        message.append(contentsOf: prefix.bytes)
        message.append(purpose.rawValue)
    }

    @inline(__always)
    func token(_ message: Span<UInt8>) -> UInt32 { max(1, authenticator.word(for: message)) }

    func token(_ prefix: Prefix, _ purpose: Purpose, _ value: [UInt8]) -> UInt32 {
        var message: [UInt8] = []
        begin(&message, prefix, purpose)
        message += value
        return token(message.span)
    }
}
