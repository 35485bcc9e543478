package import Identity

/// A chunk whose rows are observations with values as they are, for a server. It must not be kept.
package struct ReadDrafts: Sendable {
    package var chunk: ReadChunk
    /// In order, each with the row's first line and its form for a reject.
    package var drafts: [(line: Int, draft: ObservationDraft)] = []
}

/// One thread's part of a load into a server's store.
package final class RowDrafter: @unchecked Sendable {
    private let plans: [InputPlan]
    private let rules: DraftRules
    /// Of the input at hand.
    private var rows: Rows?

    /// A reader that can be put away.
    private final class Rows {
        let input: Int
        var reader: RowReader

        init(_ input: Int, _ plan: InputPlan, _ mapping: Mapping) {
            self.input = input
            reader = RowReader(mapping, columns: plan.columnCount, limit: plan.limit)
        }
    }

    /// - Parameters:
    ///   - plans: of the inputs, by number.
    ///   - limits: those of the receiver, or the widest.
    package init(plans: [InputPlan], limits: Limits) {
        self.plans = plans
        rules = DraftRules(limits: limits, intake: nil)
    }

    package func read(_ chunk: RowChunk) -> ReadDrafts {
        var read = ReadDrafts(chunk: ReadChunk(chunk))
        let plan = plans[chunk.input]
        if chunk.isCutOff {
            read.chunk.tally.rows = 1
            read.chunk.refuse(RowFault(.lineTooLong), line: chunk.firstLine, text: RowText.form(of: chunk.bytes))
            return read
        }
        do {
            if let mapping = plan.mapping {
                readCSV(chunk, plan, mapping, &read)
            } else {
                try readLines(chunk, &read)
            }
        } catch {
            read.chunk.failure = error
        }
        return read
    }

    private func readCSV(_ chunk: RowChunk, _ plan: InputPlan, _ mapping: Mapping, _ read: inout ReadDrafts) {
        let rows = self.rows.flatMap { $0.input == chunk.input ? $0 : nil } ?? Rows(chunk.input, plan, mapping)
        self.rows = rows
        // Sound: the bytes outlive the reading of them.
        unsafe chunk.bytes.withUnsafeBufferPointer { bytes in
            unsafe rows.reader.begin(bytes, from: chunk.start)
            while true {
                var fault: RowFault?
                switch rows.reader.next() {
                case .end: return
                case .fault(let wrong): fault = wrong
                case .row:
                    do throws(RowFault) { try take(rows, chunk, &read) } catch { fault = error }
                }
                read.chunk.tally.rows += 1
                guard let fault else { continue }
                read.chunk.refuse(
                    fault, line: chunk.firstLine + rows.reader.linesBefore(), text: rows.reader.form)
            }
        }
    }

    private func take(_ rows: Rows, _ chunk: RowChunk, _ read: inout ReadDrafts) throws(RowFault) {
        guard rows.reader.isWanted() else {
            read.chunk.tally.filtered += 1
            return
        }
        let draft = try rows.reader.draft(rules, withIdentifiers: true)
        guard !draft.identifiers.isEmpty || draft.recordID != nil else { throw RowFault(.noIdentifiers) }
        read.drafts.append((chunk.firstLine + rows.reader.linesBefore(), draft))
    }

    private func readLines(_ chunk: RowChunk, _ read: inout ReadDrafts) throws {
        var drafts: [(line: Int, draft: ObservationDraft)] = []
        let limits = rules.limits
        try read.chunk.eachLine(of: chunk) { line, number, _ in
            drafts.append((number, try ObservationDraft(jsonLine: line, limits: limits)))
        }
        read.drafts = drafts
    }
}
