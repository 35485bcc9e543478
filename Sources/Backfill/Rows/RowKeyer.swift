package import Identity

/// One thread's part of a load into a store: chunks of rows become keyed observations, and those are spilled.
package final class RowKeyer: @unchecked Sendable {
    private let intake: Intake
    private let writer: SpillWriter
    private let plans: [InputPlan]
    private let now: @Sendable () -> Timestamp
    private var sources: SourceTable
    private var keyer: IdentifierKeyer
    /// Of the input at hand, where that is CSV.
    private var rows: Rows?

    /// A reader that can be put away.
    private final class Rows {
        let input: Int
        let isPlain: Bool
        let hasConsents: Bool
        /// Below 0: every row has the constant source.
        let sourceColumn: Int
        let constantSource: [UInt8]
        var reader: RowReader

        init(_ input: Int, _ plan: InputPlan, _ mapping: Mapping) {
            self.input = input
            isPlain = mapping.isPlain
            hasConsents = !mapping.consents.isEmpty
            switch mapping.source {
            case .cell(let cell): (sourceColumn, constantSource) = (cell.index, [])
            case .constant(let name, _): (sourceColumn, constantSource) = (-1, Array(name.utf8))
            }
            reader = RowReader(mapping, columns: plan.columnCount, limit: plan.limit)
        }

        /// What an intake refused, with the mapping's name of the column.
        func fault(_ refusal: Refusal) -> RowFault {
            RowFault(refusal.reason, reader.mapping.columnName(ofField: refusal.field), advice: refusal.advice)
        }
    }

    /// - Parameters:
    ///   - intake: this thread's own.
    ///   - plans: of the inputs, by number.
    ///   - source: the load's number of a source.
    ///   - cacheBytes: memory for keys of values that come again.
    ///   - now: the clock of receipt.
    package init(
        intake: Intake, writer: SpillWriter, plans: [InputPlan], cacheBytes: Int,
        source: @escaping @Sendable (String) throws -> Int, now: @escaping @Sendable () -> Timestamp
    ) {
        self.intake = intake
        self.writer = writer
        self.plans = plans
        self.now = now
        sources = SourceTable(intake, number: source)
        keyer = IdentifierKeyer(intake, cacheBytes: cacheBytes)
    }

    /// Reads all rows of a chunk. A load that cannot go on is told in `failure`.
    package func read(_ chunk: RowChunk) -> ReadChunk {
        var read = ReadChunk(chunk)
        let plan = plans[chunk.input]
        do {
            if chunk.isCutOff {
                read.tally.rows = 1
                read.refuse(RowFault(.lineTooLong), line: chunk.firstLine, text: RowText.form(of: chunk.bytes))
            } else if let mapping = plan.mapping {
                try readCSV(chunk, plan, mapping, &read)
            } else {
                try readLines(chunk, &read)
            }
        } catch {
            read.failure = error
        }
        return read
    }

    // MARK: CSV

    private func readCSV(_ chunk: RowChunk, _ plan: InputPlan, _ mapping: Mapping, _ read: inout ReadChunk) throws {
        let rows: Rows
        if let held = self.rows, held.input == chunk.input {
            rows = held
        } else {
            rows = Rows(chunk.input, plan, mapping)
            self.rows = rows
            keyer.begin(mapping)
        }
        let received = now()
        // Sound: the bytes outlive the reading of them.
        try unsafe chunk.bytes.withUnsafeBufferPointer { bytes in
            unsafe rows.reader.begin(bytes, from: chunk.start)
            while true {
                switch rows.reader.next() {
                case .end: return
                case .fault(let fault): refuse(fault, rows, chunk, &read)
                case .row:
                    do {
                        try take(rows, received, &read)
                        read.tally.rows += 1
                    } catch let fault as RowFault {
                        refuse(fault, rows, chunk, &read)
                    }
                }
            }
        }
    }

    private func refuse(_ fault: RowFault, _ rows: Rows, _ chunk: RowChunk, _ read: inout ReadChunk) {
        read.tally.rows += 1
        read.refuse(fault, line: chunk.firstLine + rows.reader.linesBefore(), text: rows.reader.form)
    }

    private func take(_ rows: Rows, _ received: Timestamp, _ read: inout ReadChunk) throws {
        guard rows.reader.isWanted() else {
            read.tally.filtered += 1
            return
        }
        if rows.isPlain { try takePlain(rows, received, &read) } else { try takeOther(rows, received, &read) }
        read.tally.accepted += 1
    }

    /// An event of identifiers, source and time: nothing is allocated for it.
    @inline(__always)
    private func takePlain(_ rows: Rows, _ received: Timestamp, _ read: inout ReadChunk) throws {
        let source = try source(rows)
        let time = try rows.reader.timestamp()
        do throws(Refusal) { try intake.check(time, receivedAt: received) } catch { throw rows.fault(error) }
        try keyer.key(&rows.reader, sources, source: source)
        guard keyer.count > 0 else { throw RowFault(keyer.dropped.isEmpty ? .noIdentifiers : .placeholder) }
        if !keyer.dropped.isEmpty {
            read.tally.dropped[RefusalReason.placeholder.rawValue, default: 0] += keyer.dropped.count
        }
        let number = sources.number(at: source)
        try keyer.identifiers { try writer.append(source: number, time: time, identifiers: $0) }
    }

    private func source(_ rows: Rows) throws -> Int {
        do {
            guard rows.sourceColumn >= 0 else { return try sources.find(rows.constantSource) }
            return try unsafe sources.place(of: rows.reader.field(rows.sourceColumn))
        } catch let reason as RefusalReason {
            throw RowFault(reason, rows.reader.name(rows.reader.mapping.source))
        }
    }

    private func takeOther(_ rows: Rows, _ received: Timestamp, _ read: inout ReadChunk) throws {
        let rules = DraftRules(limits: intake.configuration.limits, intake: intake)
        let observation: KeyedObservation
        if rows.hasConsents {
            // Decisions name namespaces: they are keyed with the identifiers, as texts.
            let draft = try rows.reader.draft(rules, withIdentifiers: true)
            do { observation = try intake.key(draft, receivedAt: received) } catch { throw rows.fault(error) }
        } else {
            let source = try source(rows)
            let draft = try rows.reader.draft(rules, withIdentifiers: false)
            try keyer.key(&rows.reader, sources, source: source)
            do {
                observation = try intake.key(
                    draft, identifiers: keyer.list, dropped: keyer.refusals, receivedAt: received)
            } catch { throw rows.fault(error) }
        }
        for refusal in observation.droppedIdentifiers {
            read.tally.dropped[refusal.reason.rawValue, default: 0] += 1
        }
        try writer.append(observation)
    }

    // MARK: JSON Lines

    private func readLines(_ chunk: RowChunk, _ read: inout ReadChunk) throws {
        let received = now()
        try read.eachLine(of: chunk) { line, _, read in try take(line: line, received, &read) }
    }

    private func take(line: Span<UInt8>, _ received: Timestamp, _ read: inout ReadChunk) throws {
        let observation = try intake.key(try intake.draft(jsonLine: line), receivedAt: received)
        for refusal in observation.droppedIdentifiers {
            read.tally.dropped[refusal.reason.rawValue, default: 0] += 1
        }
        try writer.append(observation)
        read.tally.accepted += 1
    }
}
