package import GraphStore
package import Identity
package import LMDB
package import Stitching
internal import Synchronization

/// A store in use: many readers, and one writer where it was opened for writing.
package final class Engine: @unchecked Sendable {
    package enum Mode: Sendable {
        case read
        /// One process at a time: the second is told who has it.
        case write(program: String)
    }

    private let storeInUse: Mutex<Store>
    /// The generation in use: a scrub moves on to the next. Whoever asks several things of one snapshot holds on to it.
    package var store: Store { storeInUse.withLock { $0 } }
    /// Whether the writer before this one ended without closing; nil where it did not.
    package let uncleanHolder: WriterLock.Holder?
    let lock: WriterLock?
    /// Signs heads of the audit; nil: nobody does.
    private let signer: HeadSigner?
    /// Touched by the writer only: whoever calls `apply` must be alone (the command line, or the group committer).
    var applier: Applier
    /// The store's numbers of purposes and features, by name.
    let purposeNumbers: [String: UInt8]
    /// By the store's number.
    let purposesByNumber: [String]
    let sourceMasks: SourceMasks
    let desks = SharedDesk()
    let sharedModels = SharedModels()
    private let viewContextInUse: Mutex<ViewContext>
    package var viewContext: ViewContext { viewContextInUse.withLock { $0 } }
    let clock: ConsentClock

    /// - Parameters:
    ///   - headClock: the clock by which a writer signs heads of the audit; nil: it signs none.
    ///   - headInterval: how long an entry waits for its head at most.
    package init(
        directory: String, mode: Mode, configuration: Configuration? = nil, acceptNormaliser: Bool = false,
        isRestoring: Bool = false, options: Environment.Options = Environment.Options(),
        headClock: (@Sendable () -> Timestamp)? = nil, headInterval: Duration = .seconds(60)
    ) throws {
        if case .write(let program) = mode {
            guard Store.exists(directory) else { throw StoreError.noStore(directory: directory) }
            let lock = try WriterLock(directory: directory, program: program)
            self.lock = lock
            uncleanHolder = lock.uncleanHolder
        } else {
            lock = nil
            uncleanHolder = nil
        }
        var options = options
        options.readOnly = lock == nil
        do {
            let store = try Store.open(
                directory: directory, configuration: configuration, acceptNormaliser: acceptNormaliser,
                options: options, isRestoring: isRestoring)
            storeInUse = Mutex(store)
            let held = store.configuration
            let state = try store.environment.read { try StoreState($0, configuration: held) }
            applier = Applier(state: state, store: store)
            sourceMasks = applier.sourceMasks
            purposesByNumber = state.purposes
            purposeNumbers = Dictionary(
                uniqueKeysWithValues: state.purposes.enumerated().map { ($0.element, UInt8($0.offset)) })
            viewContextInUse = Mutex(ViewContext(state, storedKeys: store.storedKeys))
            clock = ConsentClock(state.receiptClock.milliseconds)
            if lock != nil, let headClock {
                signer = try HeadSigner(store, interval: headInterval, now: headClock)
            } else {
                signer = nil
            }
            // After an unclean end the store is checked first.
            if lock != nil, uncleanHolder == nil { try sweepSlots() }
        } catch {
            lock?.leaveMarked()
            throw error
        }
    }

    deinit { signer?.end() }

    /// Reads and writes a generation that was published from now on. While nobody writes.
    func move(to next: Generation) {
        let moved = store.moved(to: next)
        storeInUse.withLock { $0 = moved }
        signer?.move(to: moved)
    }

    /// The store was not checked after the unclean end of the writer before this one: the next one is told of it too.
    package func leaveMarked() { lock?.leaveMarked() }

    /// Shreds the slots of data keys that nobody owns: of a process that ended before it committed what it had sealed. While a
    /// load or a repartition waits to be taken up again, its slots are let be. After an unclean end this is called once
    /// the store is checked.
    package func sweepSlots() throws {
        precondition(lock != nil, "the engine was opened for reading")
        guard !Generation.isBegun(after: store) else { return }
        let isUnclean = uncleanHolder != nil
        _ = try store.environment.read { try store.sealing.sweep($0, isUnclean: isUnclean) }
    }

    /// Nothing will be written any more, and all that was is durable: the next writer need not check the store. For a
    /// process that ends while others still hold the engine.
    package func endCleanly() {
        signer?.end()
        lock?.endCleanly()
    }

    /// Looks for decoys anew, so that an unknown identifier costs what a denied one does; a service does so at its start
    /// and now and then. Takes some ten milliseconds.
    package func refreshDecoys() throws {
        let configuration = store.configuration
        let next = try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            return ViewContext(state, decoys: try transaction.decoys(state), storedKeys: store.storedKeys)
        }
        viewContextInUse.withLock { $0 = next }
    }

    /// What the store knows of itself, as of now.
    package func state() throws -> StoreState {
        let configuration = store.configuration
        return try store.environment.read { try StoreState($0, configuration: configuration) }
    }

    /// An intake under the store's configuration and keys: one for each thread.
    package func intake(now: @escaping @Sendable () -> Timestamp) throws -> Intake {
        try Intake(configuration: store.configuration, keyRing: store.keyRing, now: now)
    }

    // MARK: Writing

    /// Applies one command in a transaction of its own: when this returns, it is durable.
    @discardableResult
    package func apply(_ command: Command) throws -> CommandReport {
        precondition(lock != nil, "the engine was opened for reading")
        if case .record = command { try refuseWhenFull() }
        var next = applier
        let report: CommandReport
        do {
            report = try store.environment.write { transaction in
                if case .record = command { transaction.leavesRoom = true }
                return try next.apply(command, &transaction)
            }
        } catch {
            store.sealing.forgetDropped()
            throw error
        }
        applier = next
        try store.sealing.shredDropped()
        return report
    }

    /// What commands would do, without doing it; `body` sees the store as it would be.
    package func rehearse<Answer>(
        _ commands: [Command], _ body: (borrowing WriteTransaction, StoreState, [CommandReport]) throws -> Answer
    ) throws -> Answer {
        precondition(lock != nil, "the engine was opened for reading")
        var next = applier
        next.sealing = try store.sealing.rehearsal()
        next.isLinkageLoaded = false
        var transaction = try store.environment.beginWrite()
        var reports: [CommandReport] = []
        for command in commands { reports.append(try next.apply(command, &transaction)) }
        let answer = try body(transaction, next.state, reports)
        transaction.abort()
        return answer
    }

    /// Ingest stops at 80 % of the map, so that retraction and erasure have room. Free pages are counted only where
    /// all pages together are more: what is taken back is not given back to the file, but it can be used again.
    private func refuseWhenFull() throws {
        let info = try store.environment.info()
        let limit = info.mapSize / 10 * 8
        guard info.usedSize > limit else { return }
        let used = info.usedSize - (try store.environment.pageAccount().free) * info.pageSize
        if used > limit { throw EngineError.storeFull(used: used, limit: info.mapSize) }
    }

    // MARK: Resolving

    /// The whole profile of an identifier, whatever consent says; nil where it is unknown or hidden.
    package func resolve(_ key: IdentityKey, under access: AuditedAccess) throws -> Profile? {
        let transaction = try store.environment.beginRead()
        return try transaction.profile(of: store.storedKeys.stored(key, transaction), under: access)
    }

    /// The whole profile that a profile id leads to; nil where it is unknown, gone or forged.
    package func resolve(_ id: ProfileID, under access: AuditedAccess) throws -> Profile? {
        guard let node = store.keyRing.profileCipher.decrypt(id.high, id.low) else { return nil }
        let transaction = try store.environment.beginRead()
        return try transaction.profile(ofAnchor: NodeID(node), under: access)
    }

    package func profileID(_ anchor: NodeID) -> ProfileID {
        let words = store.keyRing.profileCipher.encrypt(anchor.rawValue)
        return ProfileID(high: words.0, low: words.1)
    }

    // MARK: Digests

    package enum DigestKind: Sendable {
        case partition, content
    }

    /// A digest at the store's clock, or at a later time as if it had been swept until then.
    package func digest(_ kind: DigestKind, asOf time: Timestamp? = nil) throws -> Digest {
        if let time {
            return try rehearse([.sweep(time)]) { transaction, state, _ in
                try Self.digest(kind, transaction, state)
            }
        }
        let configuration = store.configuration
        return try store.environment.read { transaction in
            try Self.digest(kind, transaction, try StoreState(transaction, configuration: configuration))
        }
    }

    private static func digest(
        _ kind: DigestKind, _ snapshot: borrowing some Snapshot & ~Copyable, _ state: StoreState
    ) throws -> Digest {
        switch kind {
        case .partition: try snapshot.partitionDigest()
        case .content: try snapshot.contentDigest(state)
        }
    }
}
