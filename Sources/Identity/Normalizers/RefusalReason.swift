/// Why an observation or a value is not taken. The raw value is what callers and reject files see.
package enum RefusalReason: String, Error, Sendable, CaseIterable {
    case malformedJSON = "malformed_json"
    case invalidUTF8 = "invalid_utf8"
    case tooLarge = "too_large"
    case tooDeep = "too_deep"
    case duplicateField = "duplicate_field"
    case unknownField = "unknown_field"
    case missingField = "missing_field"
    case wrongType = "wrong_type"
    case ambiguousIdentifier = "ambiguous_identifier"
    case unknownNamespace = "unknown_namespace"
    case unknownSource = "unknown_source"
    case tooManyIdentifiers = "too_many_identifiers"
    case noIdentifiers = "no_identifiers"
    case valueTooLong = "value_too_long"
    case emptyValue = "empty_value"
    case invalidCharacters = "invalid_characters"
    case placeholder
    case invalidEmail = "invalid_email"
    case invalidPhone = "invalid_phone"
    case phoneNeedsRegion = "phone_needs_region"
    case invalidHash = "invalid_hash"
    case hashNotAccepted = "hash_not_accepted"
    case invalidTime = "invalid_time"
    case timeOutOfRange = "time_out_of_range"
    case timeInFuture = "time_in_future"
    case unknownPurpose = "unknown_purpose"
    case unknownJurisdiction = "unknown_jurisdiction"
    case invalidDecision = "invalid_decision"
    case tooManyDecisions = "too_many_decisions"
    /// A retraction that is not older than the observation is in force.
    case retracted
    /// Older than the horizon of a purge.
    case olderThanPurge = "older_than_purge"
    /// Erased, or objected to: it must not come back. Told to roles admin and privacy alone.
    case suppressed

    /// What the sender can do about it.
    package var advice: String {
        switch self {
        case .malformedJSON: "one JSON object a line, as RFC 8259 says"
        case .invalidUTF8: "text must be UTF-8"
        case .tooLarge: "shorten it"
        case .tooDeep: "nest objects and lists at most \(jsonDepthLimit) deep"
        case .duplicateField: "give each field once"
        case .unknownField: "remove the field or correct its name"
        case .missingField: "add the field"
        case .wrongType: "give the type that the field has"
        case .ambiguousIdentifier: "give one of value and sha256"
        case .unknownNamespace: "use a namespace of the configuration"
        case .unknownSource: "declare the source, or name it with 1...64 of letters, digits, _ . -"
        case .tooManyIdentifiers: "send the identifiers of one moment, or split the observation"
        case .noIdentifiers: "an observation without a record id needs an identifier"
        case .valueTooLong: "shorten the value, or leave it out"
        case .emptyValue: "leave the identifier out where there is no value"
        case .invalidCharacters: "remove control, zero-width and direction characters"
        case .placeholder: "leave the identifier out where there is no value"
        case .invalidEmail: "one address such as name@example.com, without a display name"
        case .invalidPhone: "a number with its country code, such as +14155550123"
        case .phoneNeedsRegion: "write the number with + and country code, or give its source a default_region"
        case .invalidHash: "SHA-256 as 64 hexadecimal digits or as base64"
        case .hashNotAccepted: "send the value; hashes are taken for e-mail addresses and phone numbers only"
        case .invalidTime: "RFC 3339 with a zone, such as 2026-01-02T03:04:05Z"
        case .timeOutOfRange: "a time from 1970 to 2199"
        case .timeInFuture: "correct the clock or the zone"
        case .unknownPurpose: "use a purpose or feature of the configuration"
        case .unknownJurisdiction: "use a jurisdiction of the configuration, or a region that one of them lists"
        case .invalidDecision: "correct the decision"
        case .tooManyDecisions: "send fewer decisions with one observation"
        case .retracted: "send a version that is later than the retraction"
        case .olderThanPurge: "evidence before the purge's horizon is not taken back"
        case .suppressed:
            "the person was erased or has objected; only a new consent of theirs, entered as such, undoes it"
        }
    }
}

/// One thing that was not taken, and where it stood. Never holds the value or any other text of the sender.
package struct Refusal: Error, Hashable, Sendable {
    package var reason: RefusalReason
    /// Such as `identifiers[2].value`; empty for the observation as a whole.
    package var field: String
    package var advice: String

    /// `advice` is the reason's own where none is given.
    package init(reason: RefusalReason, field: String, advice: String? = nil) {
        self.reason = reason
        self.field = field
        self.advice = advice ?? (reason == .wrongType ? Self.expectation(of: field) : reason.advice)
    }

    /// What a field holds, by the last name of its place.
    private static func expectation(of field: String) -> String {
        guard !field.hasSuffix("]") else { return "an object in braces" }
        switch field.split(separator: ".").last {
        case "attributes", "behaviour", "context", "notice": return "an object in braces"
        case "consents", "identifiers", "lifts", "tcf": return "a list in brackets"
        default: return "text in quotes"
        }
    }
}

extension Refusal: CustomStringConvertible {
    package var description: String {
        field.isEmpty ? "\(reason.rawValue): \(advice)" : "\(reason.rawValue) at \(field): \(advice)"
    }
}
