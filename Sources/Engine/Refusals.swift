internal import Identity

/// What the store itself refuses an item for.
extension Refusal {
    static func retracted(_ source: String) -> Refusal {
        Refusal(
            reason: .retracted, field: "time",
            advice: "source \(source) has retracted what it said at this time; send a later version")
    }

    static func olderThanPurge() -> Refusal {
        Refusal(
            reason: .olderThanPurge, field: "time",
            advice: "evidence of this time has been purged; it cannot be taken again")
    }
}
