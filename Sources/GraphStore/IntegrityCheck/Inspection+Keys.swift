internal import Identity
internal import LMDB
internal import Stitching

/// Data keys: each a slot of its own, whose owner is the node that it is said to be of.
extension Inspection {
    mutating func inspectDataKeys(
        _ snapshot: borrowing some Snapshot & ~Copyable, _ sealing: Sealing
    ) throws {
        let slots = try sealing.slots()
        var owners: [UInt64: NodeID] = [:]
        try snapshot.scan(Tables.dataKeys) { subject, payload in
            let id = try DataKeyCodec.decode(payload, version: DataKeyCodec.version)
            let owner = SlotOwner(subject)
            if let other = owners.updateValue(subject, forKey: id.slot) {
                report.add("data_keys: \(other.rawValue) and \(subject.rawValue) have the same slot")
            }
            if owner.kind == .node, held[subject] == nil {
                report.add("data_keys: \(subject.rawValue) has a key and is not held")
            }
            do {
                // A slot that was shredded has no owner any more: that is no damage.
                guard let slots, let found = try slots.owner(of: id), found != owner else { return .proceed }
                report.add("data_keys: the slot of \(subject.rawValue) is of another")
            } catch { report.add("data_keys: the slot of \(subject.rawValue) cannot be read: \(error)") }
            return .proceed
        }
        try inspectSealedRecords(snapshot)
    }

    /// That every record is sealed under the key of its node.
    private mutating func inspectSealedRecords(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        try snapshot.scan(Tables.records) { _, payload in
            guard case .held(let record) = try RecordCodec.decode(payload, version: RecordCodec.version),
                !record.isUnderStoreKey
            else { return .proceed }
            let key = try snapshot.get(Tables.dataKeys, record.node)
            let sealed = try? SealedValue.key(of: record.sealed.rawBytes)
            if key == nil || key != sealed {
                report.add("records: \(record.node.rawValue) is not sealed under the key of its node")
            }
            return .proceed
        }
    }
}
