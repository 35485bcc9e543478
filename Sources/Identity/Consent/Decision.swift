/// What a person said of a purpose.
package enum DecisionKind: UInt8, Hashable, Sendable, CaseIterable {
    case granted = 1
    case denied = 2
    case withdrawn = 3
}

extension DecisionKind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .granted: "granted"
        case .denied: "denied"
        case .withdrawn: "withdrawn"
        }
    }

    package init?(_ text: String) {
        guard let kind = Self.allCases.first(where: { $0.description == text }) else { return nil }
        self = kind
    }
}

/// For whom a decision speaks.
package enum DecisionScope: UInt8, Hashable, Sendable, CaseIterable {
    /// For its identifier alone, such as a cookie banner.
    case identifier = 1
    /// For the whole person.
    case profile = 2
}

extension DecisionScope: CustomStringConvertible {
    package var description: String { self == .profile ? "profile" : "identifier" }

    package init?(_ text: String) {
        guard let scope = Self.allCases.first(where: { $0.description == text }) else { return nil }
        self = scope
    }
}

/// The name of a decision: 16 bytes over all that it says, so that one delivered twice is known. Text: 32 hexadecimal digits.
package struct DecisionID: Hashable, Comparable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        guard let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16) else {
            return nil
        }
        self.init(high: high, low: low)
    }

    package static func < (left: DecisionID, right: DecisionID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension DecisionID: CustomStringConvertible {
    package var description: String { IdentityKey(high: high, low: low).description }
}

/// What the person was shown, as a proof of consent names it.
package struct Notice: Hashable, Sendable {
    package var id: String
    package var version: String
    /// BCP 47, such as de-AT.
    package var language: String
    /// Of the text shown.
    package var sha256: Digest?

    package init(id: String, version: String, language: String, sha256: Digest?) {
        self.id = id
        self.version = version
        self.language = language
        self.sha256 = sha256
    }
}

/// A decision on one identifier and purpose, with keys in place of values and the time at which it is entered.
package struct KeyedDecision: Hashable, Sendable {
    package var id: DecisionID
    package var identifier: KeyedIdentifier
    /// Where the purpose stands in `Configuration.purposes`.
    package var purpose: Int
    package var kind: DecisionKind
    package var scope: DecisionScope
    /// Where the law stands in `Configuration.jurisdictions`; nil: not known.
    package var jurisdiction: Int?
    /// Event time; the receipt's where the sender gave a later one.
    package var time: Timestamp
    package var received: Timestamp
    /// Decisions on other identifiers that a grant for the whole person takes back.
    package var lifts: [DecisionID]
    package var notice: Notice?
    /// By which way it came, such as web or call_centre.
    package var channel: String?
    /// SHA-256 of what proves it, such as a signed form.
    package var evidence: Digest?

    package init(
        id: DecisionID, identifier: KeyedIdentifier, purpose: Int, kind: DecisionKind, scope: DecisionScope,
        jurisdiction: Int?, time: Timestamp, received: Timestamp, lifts: [DecisionID] = [], notice: Notice? = nil,
        channel: String? = nil, evidence: Digest? = nil
    ) {
        self.id = id
        self.identifier = identifier
        self.purpose = purpose
        self.kind = kind
        self.scope = scope
        self.jurisdiction = jurisdiction
        self.time = time
        self.received = received
        self.lifts = lifts
        self.notice = notice
        self.channel = channel
        self.evidence = evidence
    }
}

/// A decision as sent with an observation, or by itself.
package struct DecisionDraft: Hashable, Sendable {
    /// The identifiers of the observation that it is on; nil: all of them.
    package var namespace: String?
    package var purpose: String?
    /// What was agreed to in a TCF dialog, in place of purpose and decision.
    package var tcf: [String]?
    package var decision: String?
    package var scope: String?
    package var jurisdiction: String?
    /// Nil: the observation's.
    package var time: Timestamp?
    package var lifts: [String] = []
    package var notice: NoticeDraft?
    package var channel: String?
    package var evidence: String?

    package init() {}
}

/// A notice as sent.
package struct NoticeDraft: Hashable, Sendable {
    package var id = ""
    package var version = ""
    package var language = ""
    package var sha256: String?

    package init() {}
}
