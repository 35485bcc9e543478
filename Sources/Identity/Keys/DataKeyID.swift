/// Which data key: the slot that holds it, and the generation of slots that it was given in.
package struct DataKeyID: Hashable, Comparable, Sendable {
    /// Below 2^48. Given once, never again.
    package var slot: UInt64
    /// Raised by a restore, so that a key of a past that was rolled back is never taken for one of the present.
    package var generation: UInt32

    package init(slot: UInt64, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    package static func < (left: DataKeyID, right: DataKeyID) -> Bool {
        (left.slot, left.generation) < (right.slot, right.generation)
    }
}

/// A data key as its slot keeps it, with what it was bound to.
package struct WrappedDataKey: Hashable, Sendable {
    package var bytes: [UInt8]
    package var associated: [UInt8]

    /// Bytes: nonce 12, key 32, tag 16.
    package static let byteCount = Sealer.overhead + Digest.byteCount

    package init(bytes: [UInt8], associated: [UInt8]) {
        self.bytes = bytes
        self.associated = associated
    }
}
