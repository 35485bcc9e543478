package import Identity
package import LMDB

extension Snapshot where Self: ~Copyable {
    /// The suppression of an identifier by its key of the present version; nil: it has none.
    package func suppression(of key: IdentityKey, _ keyRing: KeyRing) throws -> SuppressionRow? {
        try get(Tables.suppressions, keyRing.suppressionKey(key))
    }
}

extension SuppressionRow.Cause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .erased: "erased"
        case .objected: "objected"
        }
    }
}
