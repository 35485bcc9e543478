package import Identity
internal import LMDB

/// What a verification of the audit comes to.
package enum AuditVerdict: Hashable, Sendable {
    /// Every entry is the one that was written. Entries that no signed head covers yet are counted apart: of those, ones cut
    /// off at the end would not be missed.
    case whole(entries: UInt64, heads: Int, uncovered: UInt64)
    case broken(AuditFault)
}

/// The first thing that is wrong.
package struct AuditFault: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// By its sequence number.
        case entry(UInt64)
        /// By its place among the heads that were given, from 0.
        case head(Int)
        /// By its place among the heads that were kept elsewhere, from 0.
        case keptHead(Int)
    }

    package enum Problem: String, Hashable, Sendable {
        /// The row is no entry, or its checksum does not fit.
        case unreadable
        /// The entry is not the one that was written here.
        case altered
        /// There is no entry of this number, and there are later ones.
        case missing
        /// There is no entry of this number, and a signed head says that there was.
        case cutOff = "cut_off"
        /// The entry is well-formed, and not what a signed head says was here.
        case notAsSigned = "not_as_signed"
        /// The head is not signed by the store's key, or does not follow the one before it.
        case headAltered = "head_altered"
    }

    package let place: Place
    package let problem: Problem

    package init(place: Place, problem: Problem) {
        self.place = place
        self.problem = problem
    }
}

extension AuditFault: CustomStringConvertible {
    package var description: String {
        switch (place, problem) {
        case (.entry(let number), .unreadable): "entry \(number) cannot be read"
        case (.entry(let number), .altered): "entry \(number) is not the one that was written"
        case (.entry(let number), .missing): "entry \(number) is missing"
        case (.entry(let number), .cutOff): "entry \(number) and what followed it were cut off"
        case (.entry(let number), _): "entry \(number) is not the one that was signed"
        case (.keptHead(let number), _): "head \(number + 1) of those given is not one that this store signed"
        case (.head(let number), _): "head \(number + 1) is not one that this store signed, or is out of order"
        }
    }
}

/// Verifies entries that are handed to it in the order in which they lie, and names the first that is not as it was written.
/// Pure: it reads nothing.
///
/// Every entry bears a code over its number and its content, and a code over the entry before it; a head is a signature over
/// the last. So an entry is judged by itself: one that was flipped, or moved, or renumbered fails its own code, a gap in the
/// numbers is a drop, and a missing end is seen by a head. Entries of the first format have no code of their own; of two that
/// do not fit together the third tells which was changed.
package struct AuditVerifier {
    private let keyRing: KeyRing
    private let heads: [AuditHead?]
    /// Places in `heads`, by the entry that they are about.
    private var headsByCount: [UInt64: [Int]] = [:]
    private let headFault: AuditFault?
    package private(set) var fault: AuditFault?

    private var last: UInt64 = 0
    private var chain = Digest.zeros
    private var lastHasCode = false
    /// The code over the entry before the last, whose own code the last one does not bear: one of the two was changed.
    private var isSuspected = false

    /// - Parameter heads: in order, those of the file; nil for one that is no head.
    package init(keyRing: KeyRing, publicKey: VerifyingKey, heads: [AuditHead?]) {
        self.keyRing = keyRing
        self.heads = heads
        var headFault: AuditFault?
        var newest: UInt64 = 0
        for (place, head) in heads.enumerated() {
            guard let head, head.isSigned(by: publicKey), head.number == UInt64(place), head.count >= newest else {
                headFault = headFault ?? AuditFault(place: .head(place), problem: .headAltered)
                continue
            }
            newest = head.count
            headsByCount[head.count, default: []].append(place)
        }
        self.headFault = headFault
    }

    /// The next entry, as the table holds it.
    package mutating func take(sequence: UInt64, bytes: [UInt8]) {
        if fault != nil { return }
        let expected = last + 1
        guard sequence == expected else { return settle(expected, .missing) }
        guard let entry = try? AuditEntryCodec.decode(bytes.rawBytes, version: AuditEntryCodec.version) else {
            return settle(expected, .unreadable)
        }
        if let code = entry.code {
            if code != entry.expectedCode(at: sequence, keyRing) { return settle(expected, .altered) }
            // This one is as it was written: so what it says of the one before it holds.
            if entry.previous != chain { return settle(max(last, 1), .altered) }
        } else {
            if lastHasCode { return settle(expected, .altered) }
            if isSuspected { return settle(entry.previous == chain ? last - 1 : last, .altered) }
            if entry.previous != chain {
                // Of the first entry there is no doubt: nothing stands before it.
                if last == 0 { return settle(expected, .altered) }
                isSuspected = true
            }
        }
        if isSuspected, entry.code != nil { return settle(last - 1, .altered) }
        last = sequence
        chain = keyRing.audit.code(for: bytes)
        lastHasCode = entry.code != nil
        compareWithHeads()
    }

    /// The next entry cannot be read at all.
    package mutating func takeUnreadable() { settle(last + 1, .unreadable) }

    package func finish() -> AuditVerdict {
        if let fault { return .broken(fault) }
        if isSuspected { return .broken(AuditFault(place: .entry(last), problem: .altered)) }
        let covered = headsByCount.keys.max() ?? 0
        if covered > last { return .broken(AuditFault(place: .entry(last + 1), problem: .cutOff)) }
        if let headFault { return .broken(headFault) }
        return .whole(entries: last, heads: heads.count, uncovered: last - covered)
    }

    private mutating func compareWithHeads() {
        guard let places = headsByCount[last] else { return }
        let fits = places.contains { heads[$0]?.chain == chain }
        // An entry that a head vouches for is not the changed one of two.
        if isSuspected { return settle(fits ? last - 1 : last, .altered) }
        for place in places where heads[place]?.chain != chain { settle(last, .notAsSigned) }
    }

    private mutating func settle(_ sequence: UInt64, _ problem: AuditFault.Problem) {
        // Of two that do not fit together the earlier was in doubt before anything later was found.
        let isEarlier = isSuspected && sequence > last
        fault = fault ?? AuditFault(place: .entry(isEarlier ? last : sequence), problem: isEarlier ? .altered : problem)
    }
}
