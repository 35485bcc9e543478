internal import Foundation
internal import SwiftProtobuf
public import Wire

extension SelvedgeIdentifier {
    /// As the caller has it: the server normalises and hashes it.
    public init(namespace: String, value: String) {
        self.init()
        self.namespace = namespace
        self.value = value
    }

    /// SHA-256 of the canonical form, 32 bytes; for namespaces that take hashes (e-mail addresses, phone numbers).
    public init(namespace: String, sha256: [UInt8]) {
        self.init()
        self.namespace = namespace
        self.sha256 = Data(sha256)
    }

    public static func email(_ value: String) -> Self { Self(namespace: "email", value: value) }

    /// In international form, such as `+31 20 123 4567`.
    public static func phone(_ value: String) -> Self { Self(namespace: "phone", value: value) }
}

extension SelvedgeSubject {
    public static func identifier(namespace: String, value: String) -> Self {
        .identifier(SelvedgeIdentifier(namespace: namespace, value: value))
    }

    public static func identifier(_ identifier: SelvedgeIdentifier) -> Self { Self.with { $0.identifier = identifier } }

    public static func email(_ value: String) -> Self { .identifier(.email(value)) }

    public static func phone(_ value: String) -> Self { .identifier(.phone(value)) }

    public static func sha256(namespace: String, _ digest: [UInt8]) -> Self {
        .identifier(SelvedgeIdentifier(namespace: namespace, sha256: digest))
    }

    /// A row of a source's own table.
    public static func record(source: String, id: String) -> Self {
        Self.with { $0.record = .with { ($0.source, $0.recordID) = (source, id) } }
    }

    /// Text form: `prf_` and 26 characters.
    public static func profile(_ id: String) -> Self { Self.with { $0.profileID = id } }
}

extension SelvedgeObservation {
    /// Identifiers seen together, by one source, at one time.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970, UTC; at most 24 hours after receipt.
    ///   - recordID: given, it is a record, whose latest version counts.
    ///   - id: the sender's own, of this delivery.
    public init(
        source: String, time: Int64, identifiers: [SelvedgeIdentifier], recordID: String = "", id: String = ""
    ) {
        self.init()
        self.id = id
        self.source = source
        self.recordID = recordID
        timeMs = time
        self.identifiers = identifiers
    }
}

extension SelvedgeLook {
    /// Leave to look past consent, for the roles privacy and admin: an entry of the audit.
    ///
    /// - Parameter reason: kept as it is, so without identifiers; 1 to 1,024 bytes.
    public init(reason: String) {
        self.init()
        self.reason = reason
    }
}
