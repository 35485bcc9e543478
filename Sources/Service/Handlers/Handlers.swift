package import Engine
package import Identity
package import GraphStore
internal import Stitching
internal import Wire

/// What every method does, whichever protocol it came by.
package final class Handlers: Sendable {
    package let engine: Engine
    let intake: Intake
    let writer: WriterQueue
    let readers: ReadingPool
    package let authority: Authority
    package let limits: ServiceLimits
    let metrics: ServiceMetrics
    let clock: @Sendable () -> Timestamp
    /// Names of namespaces as bytes, by index in the configuration.
    let namespaceNames: [[UInt8]]
    let purposeNames: [String]
    /// Checks the store.
    let inspect: @Sendable () throws -> IntegrityReport
    /// Carries out what was approved.
    let erasures: ErasureWorker

    /// - Parameters:
    ///   - engine: opened for writing; from now on only `writer` applies to it.
    ///   - inspect: checks the store in a process of its own; without it this one does.
    package init(
        engine: Engine, authority: Authority, limits: ServiceLimits, writer: WriterQueue, readers: ReadingPool,
        metrics: ServiceMetrics, clock: @escaping @Sendable () -> Timestamp, erasures: ErasureWorker? = nil,
        inspect: (@Sendable () throws -> IntegrityReport)? = nil
    ) throws {
        self.engine = engine
        self.authority = authority
        self.limits = limits
        self.writer = writer
        self.readers = readers
        self.metrics = metrics
        self.clock = clock
        intake = try engine.intake(now: clock)
        namespaceNames = engine.store.configuration.namespaces.map { Array($0.name.utf8) }
        self.inspect = inspect ?? { IntegrityCheck.run(engine.store) }
        self.erasures = erasures ?? ErasureWorker(engine: engine, turn: writer.turn, tools: nil)
        purposeNames = engine.store.configuration.purposeNames
    }

    package var now: Timestamp { clock() }

    /// Where the namespace of records stands in the configuration.
    var recordIndex: Int { intake.recordIndex }

    /// Asked before each resolve.
    ///
    /// - Throws: `generic_budget` where this hour's budget of generic answers is spent.
    @inline(__always)
    func checkBudget(_ budget: PrincipalBudget, at now: Timestamp) throws(CallError) {
        guard let refusal = budget.refusal(at: now) else { return }
        metrics.budgetRefusals.add()
        throw refusal
    }

    /// Generic answers of a call that takes its time, counted as those of a resolve.
    ///
    /// - Parameter marks: of what was asked about; see `IdentityKey.budgetMark`.
    func answeredGeneric(about marks: [UInt64], purpose: String, _ call: Call) {
        guard !marks.isEmpty else { return }
        call.budget.count(marks, at: now)
        metrics.answeredGeneric(purpose: purposeNames.firstIndex(of: purpose) ?? -1, count: marks.count)
    }

    /// - Throws: `generic_budget` where there are too many principals.
    package func caller(_ principal: Principal) throws(CallError) -> Caller {
        try Caller(principal, authority, engine)
    }
}
