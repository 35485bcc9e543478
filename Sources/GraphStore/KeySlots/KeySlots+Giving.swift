package import Identity
internal import Synchronization

/// Giving slots, and taking their keys away for ever. By the one who writes.
extension KeySlots {
    /// Gives each owner a slot with a new key. The keys can be used at once, and nothing sealed under them may be committed
    /// before `sync` has returned.
    package func give(to owners: [SlotOwner], random: some RandomSource) throws(SlotError) -> [DataKeyID] {
        try change { (writer: inout Writer) throws(SlotError) in
            let first = writer.next
            let end = Self.offset(of: first + UInt64(owners.count))
            if end > writer.length { writer.length = try file.grow(to: end) }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(owners.count * Slot.byteCount)
            var ids: [DataKeyID] = []
            for (index, owner) in owners.enumerated() {
                let id = DataKeyID(slot: first + UInt64(index), generation: writer.header.generation)
                let wrapped: WrappedDataKey
                do throws(KeyError) {
                    wrapped = try vault.makeKey(associated: Slot.associated(id, owner), random: random)
                } catch { throw .key(error) }
                bytes += Slot.held(id, owner, wrapped: wrapped.bytes).bytes
                ids.append(id)
            }
            // Even where writing fails halfway, none of the numbers is given again.
            writer.next = first + UInt64(owners.count)
            writer.isSynced = false
            try file.write(bytes, at: Self.offset(of: first))
            return ids
        }
    }

    /// Makes the slots that were given durable: once for all that a transaction uses, before it commits.
    package func sync() throws(SlotError) {
        try change { (writer: inout Writer) throws(SlotError) in
            if writer.isSynced { return }
            try file.sync()
            writer.isSynced = true
        }
    }

    /// Whether every slot that was given is durable.
    package var isSynced: Bool { writer.withLock { $0?.isSynced } ?? true }

    /// Overwrites slots in their places, syncs, and reads them back from the disk: then nothing sealed under them can be
    /// opened again, by this process or by another. Can be repeated, on whatever state a crash has left.
    package func shred(_ slots: some Collection<DataKeyID> & Sendable) throws(SlotError) {
        if slots.isEmpty { return }
        try change { (writer: inout Writer) throws(SlotError) in
            for id in slots {
                guard id.slot < writer.next else { throw .notGiven(slot: id.slot) }
                try file.write(Slot.shredded(id).bytes, at: Self.offset(of: id.slot))
            }
            writer.shreds += 1
            try file.write(Self.bigEndian(writer.shreds), at: SlotHeader.shredsOffset)
            try file.sync()
            for id in slots { vault.forget(id) }
            writer.isSynced = true
            for id in slots { try readBack(id) }
        }
    }

    private func readBack(_ id: DataKeyID) throws(SlotError) {
        let offset = Self.offset(of: id.slot)
        let page = try file.readBack(pageAt: offset)
        let start = offset % SlotHeader.pageSize
        guard page.count >= start + Slot.byteCount,
            page[start..<start + Slot.byteCount].elementsEqual(Slot.shredded(id).bytes)
        else { throw .notShredded(slot: id.slot) }
    }

    /// Slots that a sweep reads at a time.
    private static let sweptSlots = 8_192

    /// What `sweep` found.
    package struct Sweep: Hashable, Sendable {
        /// Slots that were looked at: those given since the last sweep.
        package var examined = 0
        /// Had no owner, and were shredded.
        package var shredded = 0
        /// Are owned, and are no slots any more.
        package var damaged: [UInt64] = []
    }

    /// Shreds the slots that nobody owns: given by a process that ended before it committed what it had sealed. To be called
    /// when the store is opened for writing, before a slot is given.
    ///
    /// - Parameter isOwned: whether the store's latest commit has something sealed under the slot.
    package func sweep(isOwned: (UInt64) throws -> Bool) throws -> Sweep {
        guard let range = writer.withLock({ state in state.map { $0.header.swept..<$0.next } }) else { return Sweep() }
        var result = Sweep()
        var orphans: [DataKeyID] = []
        var piece: [UInt8] = []
        for number in range {
            result.examined += 1
            let place = Int(number - range.lowerBound) % Self.sweptSlots * Slot.byteCount
            if place == 0 {
                let count = min(Self.sweptSlots, Int(range.upperBound - number)) * Slot.byteCount
                piece = try file.read(at: Self.offset(of: number), count: count)
                piece += [UInt8](repeating: 0, count: count - piece.count)
            }
            switch Slot(Array(piece[place..<place + Slot.byteCount]), number: number) {
            case .held(let id, _, _)?: if try !isOwned(number) { orphans.append(id) }
            case .shredded?: break
            // A hole: a slot before it was written and this one not.
            case .free?: orphans.append(DataKeyID(slot: number, generation: 0))
            case nil:
                if try isOwned(number) {
                    result.damaged.append(number)
                } else {
                    orphans.append(DataKeyID(slot: number, generation: 0))
                }
            }
        }
        try shred(orphans)
        result.shredded = orphans.count
        if result.damaged.isEmpty { try setHeader { $0.swept = range.upperBound } }
        return result
    }

    /// Slots below this number were looked at by a sweep.
    var swept: UInt64 { writer.withLock { $0?.header.swept } ?? 0 }

    /// Whether slots were given that no sweep has looked at.
    var hasUnswept: Bool { writer.withLock { state in state.map { $0.header.swept < $0.next } } ?? false }

    /// Has the next sweep look at every slot.
    func sweepFromStart() throws(SlotError) {
        if swept > 0 { try setHeader { $0.swept = 0 } }
    }

    /// Begins a generation: slots given from now on bear its number. After a restore, so that no slot of the past that was
    /// rolled back is taken for one that is given anew.
    package func beginGeneration() throws(SlotError) {
        try setHeader { $0.generation += 1 }
    }

    private func setHeader(_ change: (inout SlotHeader) -> Void) throws(SlotError) {
        try self.change { (writer: inout Writer) throws(SlotError) in
            var header = writer.header.following
            change(&header)
            try file.write(header.bytes, at: header.offset)
            try file.sync()
            writer.header = header
        }
    }

    private func change<Value>(_ body: (inout Writer) throws(SlotError) -> Value) throws(SlotError) -> Value {
        try writer.withLock { state throws(SlotError) in
            guard var writer = state else { preconditionFailure("the slots were opened for reading") }
            defer { state = writer }
            return try body(&writer)
        }
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) }
    }
}
