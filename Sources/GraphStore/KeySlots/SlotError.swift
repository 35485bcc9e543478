package import Identity

/// What can be wrong with the file of slots. Names slots by number, never their owners.
package enum SlotError: Error, Hashable, Sendable {
    case notFound(path: String)
    case exists(path: String)
    /// The file is no file of slots, is too short, or a later program wrote it.
    case unreadable(path: String, problem: String)
    case inputOutput(path: String, operation: String, code: Int32)
    /// The disk is full: no slot was given.
    case noRoom(path: String)
    /// A slot is neither free nor held nor shredded: it was torn or altered.
    case damaged(slot: UInt64)
    /// A slot was given in another generation than the one asked for.
    case otherGeneration(slot: UInt64)
    /// No key was ever given in this slot, or the file ends before it.
    case notGiven(slot: UInt64)
    /// Its owner was erased: nothing can be sealed under it.
    case shredded(slot: UInt64)
    /// A slot was overwritten, and reading it back did not show it.
    case notShredded(slot: UInt64)
    /// Not the form of a sealed value.
    case notSealed
    case key(KeyError)
}

extension SlotError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let path): "\(path): there is no file of key slots; restore it from a backup"
        case .exists(let path): "\(path): a file is there already; it was left as it is"
        case .unreadable(let path, let problem): "\(path): \(problem); restore it from a backup"
        case .inputOutput(let path, let operation, let code):
            "\(path): \(operation) failed (error \(code)); check the disk"
        case .noRoom(let path): "\(path): the file cannot grow; free disk space; no key was given"
        case .damaged(let slot):
            "key slot \(slot) is damaged: what is sealed under it cannot be read; restore the slots from a backup"
        case .otherGeneration(let slot):
            "key slot \(slot) is of another generation than the sealed value: the value is of a past that was rolled back"
        case .notGiven(let slot): "key slot \(slot) was never given: the file of slots is older than the store"
        case .shredded(let slot): "key slot \(slot) was shredded: its owner is erased"
        case .notShredded(let slot):
            "key slot \(slot) was overwritten, but its old bytes were read back; check the disk, then shred again"
        case .notSealed: "a value is not the sealed form of anything"
        case .key(let error): error.description
        }
    }
}
