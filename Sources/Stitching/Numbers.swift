/// A node of one store: numbered on arrival, never used twice, meaningless in another store.
package struct NodeID: Hashable, Comparable, Sendable {
    package var rawValue: UInt64

    @inlinable
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    package static func == (left: NodeID, right: NodeID) -> Bool { left.rawValue == right.rawValue }

    @inlinable
    package static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }
}

/// A namespace's number in one store, kept in its `meta` table and never given anew.
package struct NamespaceID: Hashable, Comparable, Sendable {
    package var rawValue: UInt16

    /// The built-in namespace `record`.
    package static let record = NamespaceID(0)

    @inlinable
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    @inlinable
    package static func == (left: NamespaceID, right: NamespaceID) -> Bool { left.rawValue == right.rawValue }

    @inlinable
    package static func < (left: NamespaceID, right: NamespaceID) -> Bool { left.rawValue < right.rawValue }
}

/// A source's number in one store, kept in its `meta` table and never given anew.
package struct SourceID: Hashable, Comparable, Sendable {
    package var rawValue: UInt32

    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    package static func == (left: SourceID, right: SourceID) -> Bool { left.rawValue == right.rawValue }

    @inlinable
    package static func < (left: SourceID, right: SourceID) -> Bool { left.rawValue < right.rawValue }
}
