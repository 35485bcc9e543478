internal import GraphStore

/// A step of a rotation of the identity keys: commands like any other, applied in order.
package enum RotationStep: Sendable {
    /// From the version that the store holds to the next, whose key is in the bundle already. Nothing where one is under way.
    case begin(PrivacyAct)
    /// Some rows of the stage that is due.
    case piece(rows: Int)
}
