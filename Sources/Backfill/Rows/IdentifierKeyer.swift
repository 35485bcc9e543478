internal import Identity

/// Makes the identity keys of rows: one for each thread. Nothing is allocated where all is well.
@safe struct IdentifierKeyer: ~Copyable {
    /// One of the mapping's identifiers.
    private struct Slot {
        var column: Int
        var namespace: Int
        var isHashed: Bool
        /// What its values are kept under, but for the region.
        var tag: UInt32
        var usesRegion: Bool
        /// Since the last count.
        var looks = 0
        var hits = 0
        /// Looks that are left out, as values do not come again.
        var pause = 0
    }

    private let intake: Intake
    private let limit: Int
    private var cache: KeyCache
    private var slots: [Slot] = []
    private let kept: UnsafeMutablePointer<KeyedIdentifier>
    private(set) var count = 0
    /// Indexes of the identifiers that were left out as placeholders.
    private(set) var dropped: [Int] = []

    /// Values seldom come twice within so many rows where fewer than one in 16 looks finds something.
    private static let trial = 1 << 16
    private static let rest = 1 << 20

    init(_ intake: Intake, cacheBytes: Int) {
        self.intake = intake
        limit = intake.configuration.limits.identifiersPerObservation
        cache = KeyCache(bytes: cacheBytes)
        unsafe kept = .allocate(capacity: limit + 1)
    }

    deinit { unsafe kept.deallocate() }

    /// Takes another input's mapping, which the configuration knows all of.
    mutating func begin(_ mapping: Mapping) {
        slots = mapping.identifiers.map { identifier in
            let namespace = intake.configuration.namespaceIndex(named: identifier.namespace) ?? 0
            return Slot(
                column: identifier.cell.index, namespace: namespace, isHashed: identifier.isHashed,
                tag: UInt32(namespace + 1) << 12 | (identifier.isHashed ? 1 << 30 : 0),
                usesRegion: intake.configuration.namespaces[namespace].normaliser == .phone && !identifier.isHashed)
        }
    }

    /// The identifiers of the row that was keyed last, each once.
    func identifiers<Answer>(_ body: (Span<KeyedIdentifier>) throws -> Answer) rethrows -> Answer {
        // Sound: the first `count` are initialised, and outlive the call.
        try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: kept, count: count)))
    }

    var list: [KeyedIdentifier] { unsafe Array(UnsafeBufferPointer(start: kept, count: count)) }

    /// Keys the identifiers of a row.
    mutating func key(_ row: inout RowReader, _ sources: borrowing SourceTable, source: Int) throws(RowFault) {
        count = 0
        if !dropped.isEmpty { dropped.removeAll(keepingCapacity: true) }
        var sent = 0
        for index in slots.indices {
            let value = unsafe row.field(slots[index].column)
            if value.isEmpty { continue }
            sent += 1
            guard sent <= limit else { throw RowFault(.tooManyIdentifiers) }
            let namespace = slots[index].namespace
            do throws(RefusalReason) {
                add(KeyedIdentifier(namespace: namespace, key: try unsafe key(value, index, sources, source)))
            } catch {
                guard error == .placeholder else { throw RowFault(error, row.mapping.identifiers[index].cell.column) }
                dropped.append(index)
            }
        }
    }

    /// The refusals of what was left out.
    var refusals: [Refusal] { dropped.map { Refusal(reason: .placeholder, field: "identifiers[\($0)].value") } }

    @inline(__always)
    private mutating func add(_ identifier: KeyedIdentifier) {
        // Sound: reads what is initialised; there is room for the limit.
        for index in 0..<count where unsafe kept[index] == identifier { return }
        unsafe (kept + count).initialize(to: identifier)
        count += 1
    }

    @inline(__always)
    private mutating func key(
        _ value: UnsafeBufferPointer<UInt8>, _ index: Int, _ sources: borrowing SourceTable, _ source: Int
    ) throws(RefusalReason) -> IdentityKey {
        var tag = slots[index].tag
        if slots[index].usesRegion { tag |= sources.regionTag(at: source) }
        guard slots[index].pause == 0, value.count <= KeyCache.valueLimit else {
            slots[index].pause = max(0, slots[index].pause - 1)
            return unsafe try made(value, index, sources, source)
        }
        let set = unsafe cache.set(tag, value)
        slots[index].looks += 1
        if let key = unsafe cache.key(tag, value, set: set) {
            slots[index].hits += 1
            return key
        }
        if slots[index].looks >= Self.trial { judge(index) }
        let key = unsafe try made(value, index, sources, source)
        unsafe cache.keep(key, tag, value, set: set)
        return key
    }

    /// Whether to look on for values of this kind. What is costly to make is always looked for.
    private mutating func judge(_ index: Int) {
        if slots[index].hits * 16 < slots[index].looks, !slots[index].usesRegion { slots[index].pause = Self.rest }
        (slots[index].looks, slots[index].hits) = (0, 0)
    }

    private func made(
        _ value: UnsafeBufferPointer<UInt8>, _ index: Int, _ sources: borrowing SourceTable, _ source: Int
    ) throws(RefusalReason) -> IdentityKey {
        // Sound: the value outlives the call.
        let span = unsafe Span(_unsafeElements: value)
        let slot = slots[index]
        if slot.isHashed { return try intake.key(ofHash: span, namespace: slot.namespace) }
        return try intake.key(
            of: span, namespace: slot.namespace, region: slot.usesRegion ? sources[source].region : nil)
    }
}
