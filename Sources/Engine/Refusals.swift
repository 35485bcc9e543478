internal import Identity

/// What the store itself refuses an item for.
extension Refusal {
    static func retracted() -> Refusal { Refusal(reason: .retracted, field: "time") }

    static func olderThanPurge() -> Refusal { Refusal(reason: .olderThanPurge, field: "time") }

    static func suppressed() -> Refusal { Refusal(reason: .suppressed, field: "identifiers") }
}
