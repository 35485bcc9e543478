/// What can be wrong with a store, beside what LMDB itself says.
package enum StoreError: Error, Hashable, Sendable {
    /// A row is missing or contradicts another: `selvedge check` says more.
    case damaged(String)
    /// The directory holds no store.
    case noStore(directory: String)
    case exists(directory: String)
    case unreadable(path: String, problem: String)
    /// The root key is not the one that the store was made with.
    case wrongKey(path: String)
    case newerFormat(found: Int, known: Int)
    case differentConfiguration([String])
    case differentNormaliser([String])
    case namesExhausted(String)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .damaged(let what):
            "the store is damaged: \(what); run `selvedge check`, then restore a backup"
        case .noStore(let directory):
            "\(directory) holds no store; make one with `selvedge init --data \(directory)`"
        case .exists(let directory):
            "\(directory) holds a store already; choose another directory"
        case .unreadable(let path, let problem):
            "\(path): \(problem)"
        case .wrongKey(let path):
            "\(path): this is not the root key that the store was made with; put the right key there (if it is the right one, "
                + "the store's keys.bundle was altered: restore that from a backup)"
        case .newerFormat(let found, let known):
            "the store has format \(found), this program knows up to \(known); use a newer selvedge"
        case .differentConfiguration(let differences):
            "the configuration is not the one that the store was made with: " + differences.joined(separator: "; ")
        case .differentNormaliser(let differences):
            "a normaliser has changed since the store was made, and with it the keys: "
                + differences.joined(separator: "; ") + "; use that machine's, or go on with --accept-normaliser"
        case .namesExhausted(let kind):
            "no number is left for another \(kind)"
        }
    }
}
