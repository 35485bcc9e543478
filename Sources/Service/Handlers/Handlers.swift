package import Engine
package import Identity
internal import GraphStore
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
    let clock: @Sendable () -> Timestamp
    /// Names of namespaces as bytes, by index in the configuration.
    let namespaceNames: [[UInt8]]
    let purposeNames: [String]

    /// - Parameter engine: opened for writing; from now on only `writer` applies to it.
    package init(
        engine: Engine, authority: Authority, limits: ServiceLimits, writer: WriterQueue, readers: ReadingPool,
        clock: @escaping @Sendable () -> Timestamp
    ) throws {
        self.engine = engine
        self.authority = authority
        self.limits = limits
        self.writer = writer
        self.readers = readers
        self.clock = clock
        intake = try engine.intake(now: clock)
        namespaceNames = engine.store.configuration.namespaces.map { Array($0.name.utf8) }
        purposeNames = engine.store.configuration.purposeNames
    }

    package var now: Timestamp { clock() }

    /// Where the namespace of records stands in the configuration.
    var recordIndex: Int { intake.recordIndex }

    /// The nobody that a connection is before it has said who it is.
    package func nobody() -> Caller { Caller(Principal(name: "", kind: .nobody, expires: nil), authority, engine) }

    package func caller(_ principal: Principal) -> Caller { Caller(principal, authority, engine) }
}
