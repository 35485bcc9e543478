internal import GraphStore
internal import Identity
package import LMDB
internal import Stitching

/// What a scrub did.
package struct ScrubReport: Hashable, Sendable {
    /// The generation that it made.
    package var generation: String
    /// Rows that were copied, those of an attempt that was stopped left out.
    package var rows = 0
    /// Rows that were copied again, as they were written meanwhile.
    package var rowsAgain = 0
    /// How long the writer waited at the end.
    package var pause = Duration.zero
    package var duration = Duration.zero
    /// Erasures that it has taken a step further.
    package var erasures: [UInt64] = []
}

extension Engine {
    /// Builds the store anew, row by row, in its next generation: LMDB keeps bytes that were deleted in free pages, in the
    /// gaps of pages in use and in the tails of overflow pages, and no copy of a row is where there was none.
    ///
    /// Rows are taken as they lie, so node ids and with them the ids of profiles stay. The store is as it was until the new
    /// generation is whole; then the engine goes on with that one. A scrub that was stopped goes on where it was unless the
    /// store has changed since. Afterwards have the old generation overwritten (`overwriteOldGenerations`).
    ///
    /// The writer need not stand still: what it touches meanwhile is noted and copied again, until so little is left that
    /// the rest is copied in a turn of its.
    ///
    /// - Parameters:
    ///   - pieceBytes: bytes to a transaction.
    ///   - turn: of the writer; where the engine is served, its thread's.
    ///   - progress: called after each transaction, with the rows so far; what it throws stops the scrub there.
    package func scrub(
        _ act: PrivacyAct, options: Environment.Options = Environment.Options(), pieceBytes: Int = 16 << 20,
        turn: WriterTurn = .caller, progress: (Int) throws -> Void = { _ in }
    ) throws -> ScrubReport {
        precondition(lock != nil, "the engine was opened for reading")
        do {
            return try build(act, options, pieceBytes, turn, progress)
        } catch let error as LMDBError where error.isOutOfRoom {
            // What was built is of no use, and others need the room.
            try Generation.removeNewer(than: store.generation, in: store.directory)
            throw error
        }
    }

    private func build(
        _ act: PrivacyAct, _ options: Environment.Options, _ pieceBytes: Int, _ turn: WriterTurn,
        _ progress: (Int) throws -> Void
    ) throws -> ScrubReport {
        let begun = ContinuousClock.now
        let source = store
        let (touched, target) = try turn {
            let touched = try source.environment.noteTouchedRows()
            return (touched, try self.resumeScrub(options) ?? self.beginScrub(act, options))
        }
        defer { source.environment.endTouchedRows() }
        var report = ScrubReport(generation: target.name)
        report.rows = try copyRows(to: target, pieceBytes, progress)
        var rounds = 0
        while touched.count > Self.fewRows, rounds < Self.mostRounds {
            report.rowsAgain += try catchUp(target, touched)
            rounds += 1
            try progress(report.rows)
        }
        (report.erasures, report.rowsAgain, report.pause) = try turn { [report] in
            let stopped = ContinuousClock.now
            let again = try self.catchUp(target, touched)
            let erasures = try self.endScrub(target, act)
            try self.verifyScrub(target)
            try target.publish(keepsOld: true)
            self.move(to: target)
            return (erasures, report.rowsAgain + again, stopped.duration(to: .now))
        }
        report.duration = begun.duration(to: .now)
        return report
    }

    /// So few rows are copied while the writer waits: some ten milliseconds.
    private static let fewRows = 1_000
    /// Where the writer is faster than the copy, it waits for the last round.
    private static let mostRounds = 50
    /// Rows of a round to a transaction.
    private static let roundRows = 20_000

    private func copyRows(
        to target: Generation, _ pieceBytes: Int, _ progress: (Int) throws -> Void
    ) throws -> Int {
        var rows = 0
        while true {
            let old = try store.environment.beginRead()
            var transaction = try target.environment.beginWrite()
            var rest = pieceBytes
            for table in Tables.all where table.number != Tables.meta.number {
                rows += try transaction.appendRows(of: table, from: old, rest: &rest)
            }
            try transaction.commit()
            try progress(rows)
            if rest > 0 { return rows }
        }
    }

    /// Copies again what was written since the last time.
    ///
    /// - Returns: how many rows.
    private func catchUp(_ target: Generation, _ touched: TouchedRows) throws -> Int {
        let rows = touched.take().filter { $0.table != Tables.meta.number }.sorted()
        for start in stride(from: 0, to: rows.count, by: Self.roundRows) {
            let piece = rows[start..<min(start + Self.roundRows, rows.count)]
            let old = try store.environment.beginRead()
            var transaction = try target.environment.beginWrite()
            try transaction.copyRows(piece, of: Tables.all, from: old)
            try transaction.commit()
        }
        return rows.count
    }

    /// Overwrites and removes generations that a scrub has left, but for those that a process still reads.
    ///
    /// - Returns: how many are left; call it again when their readers have ended.
    @discardableResult
    package func overwriteOldGenerations() throws -> Int {
        precondition(lock != nil, "the engine was opened for reading")
        return try Generation.overwriteOld(before: store.generation, in: store.directory)
    }

    // MARK: Steps

    private static let mark = Array("selvedge scrub 1".utf8)

    /// A scrub of the store as it is that was stopped; nil: there is none.
    private func resumeScrub(_ options: Environment.Options) throws -> Generation? {
        let found: Generation?
        do { found = try Generation.resume(after: store, options: options) } catch is LMDBError { return nil }
        guard let found else { return nil }
        let bytes = try found.environment.read { try $0.get(Tables.meta, MetaKey(.building)) }
        let source = try store.environment.info().lastTransaction
        return bytes == Self.mark + MetaBytes.encode(source) ? found : nil
    }

    /// Enters the act, then begins an empty generation.
    private func beginScrub(_ act: PrivacyAct, _ options: Environment.Options) throws -> Generation {
        _ = try store.environment.write { try applier.audit("scrub", act, [], &$0) }
        let target = try Generation.beginEmpty(after: store, options: options)
        let source = try store.environment.info().lastTransaction
        try target.environment.write { transaction in
            try transaction.put(Tables.meta, MetaKey(.building), Self.mark + MetaBytes.encode(source))
        }
        return target
    }

    /// The last piece: what the store knows of itself, and the erasures that this scrub was for.
    private func endScrub(_ target: Generation, _ act: PrivacyAct) throws -> [UInt64] {
        let old = try store.environment.beginRead()
        var transaction = try target.environment.beginWrite()
        let erasures = try endScrub(target, act, old, &transaction)
        try transaction.commit()
        return erasures
    }

    private func endScrub(
        _ target: Generation, _ act: PrivacyAct, _ old: borrowing ReadTransaction,
        _ transaction: inout WriteTransaction
    ) throws -> [UInt64] {
        try old.scan(Tables.meta) { key, payload in
            if key.kind != .building { try transaction.putBytes(Tables.meta, key, payload) }
            return .proceed
        }
        _ = try transaction.delete(Tables.meta, MetaKey(.building))
        var deleted: [UInt64] = []
        try old.scan(Tables.erasures) { number, payload in
            if try ErasureCodec.decode(payload, version: ErasureCodec.version).state == .deleted {
                deleted.append(number)
            }
            return .proceed
        }
        var applier = applier
        for number in deleted {
            try applier.step(number, from: .deleted, to: .scrubbed, act.time, &transaction)
            var row = try applier.erasure(number, transaction)
            row.generation = target.name
            try transaction.put(Tables.erasures, number, row)
        }
        return deleted
    }

    /// Every table must have as many rows as the old one; the audit has the scrub's own entries beside them.
    private func verifyScrub(_ target: Generation) throws {
        let counts = try [store.environment, target.environment].map { environment in
            try environment.read { transaction in
                try Tables.all.map { try transaction.statistics($0).entries }
            }
        }
        for (place, table) in Tables.all.enumerated() {
            let (old, new) = (counts[0][place], counts[1][place])
            let isOwn = table.number == Tables.audit.number || table.number == Tables.meta.number
            guard isOwn || old == new else {
                throw StoreError.damaged(
                    "the scrub has copied \(new) rows of \(table.name), and the store has \(old); it stays as it is")
            }
        }
    }
}
