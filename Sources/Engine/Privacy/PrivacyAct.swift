package import GraphStore
package import Identity
package import Stitching

/// Who does something under data protection law, in what role, why and when: kept in the audit.
package struct PrivacyAct: Hashable, Sendable {
    package var principal: String
    package var role: AuditWord
    package var reason: String
    package var time: Timestamp

    package init(by principal: String, role: AuditWord = "privacy", reason: String, at time: Timestamp) {
        self.principal = principal
        self.role = role
        self.reason = reason
        self.time = time
    }

    static let principalBytes = 1...256
    static let reasonBytes = 1...1_024
}

/// Whom an act is about.
package enum PrivacySubject: Hashable, Sendable {
    /// An identifier or a record, known or not.
    case key(KeyedIdentifier)
    /// The profile of a node, as a profile id names it.
    case node(NodeID)
}

/// A step of an erasure, a restriction, or the lifting of one: commands like any other, applied in order.
package enum PrivacyCommand: Sendable {
    case requestErasure(PrivacySubject, isOnly: Bool, PrivacyAct)
    /// Of the request with this number and this hash; `also` names members that are joined by likeness alone.
    case approveErasure(UInt64, hash: Digest, also: [IdentityKey], PrivacyAct)
    case rejectErasure(UInt64, PrivacyAct)
    /// Suppresses the subject and puts it out of sight, or lets an approval expire.
    case fenceErasure(UInt64, Timestamp)
    case shredErasure(UInt64, Timestamp)
    /// Takes away a piece of the evidence.
    case deleteErasure(UInt64, Timestamp)
    /// Ends the deletion once nothing names the subject any more.
    case endDeletion(UInt64, Timestamp)
    case verifyErasure(UInt64, Timestamp)
    /// With the certificate in words and as JSON.
    case certifyErasure(UInt64, text: String, json: String, Timestamp)
    /// Keeps a profile from purposes, by number as bits.
    case restrict(PrivacySubject, RestrictionKind, purposes: UInt32, PrivacyAct)
    /// Lets a profile be used again for what it was restricted from, or had objected to.
    case lift(PrivacySubject, RestrictionKind, PrivacyAct)
    /// Lets a suppressed person come back by a new consent of theirs: what it grants is entered with it.
    case readmit(KeyedObservation, PrivacyAct)
    /// Does again what was done since a backup, in a store that was restored from it.
    case replay([LedgerItem])
    /// Fences identifiers and records that a backup has brought back though they were erased.
    case eraseAgain([IdentityKey], PrivacyAct)
}

/// Which right keeps a profile from being used.
package enum RestrictionKind: String, Hashable, Sendable, CaseIterable {
    /// Art. 18 GDPR.
    case restriction
    /// Art. 21 GDPR.
    case objection
}

extension PrivacyCommand {
    /// Whether it keeps identity keys for later, or suppresses them: that waits while they are rotated.
    var namesKeys: Bool {
        switch self {
        case .requestErasure, .approveErasure, .fenceErasure, .restrict, .lift, .readmit: true
        default: false
        }
    }
}
