/// One way in.
package protocol Transport: Sendable {
    /// Binds and serves; returns once callers are taken.
    func start() async throws -> BoundAddress
    /// Takes no new callers, tells the present ones to go, and waits until their calls are answered, at most so long.
    func drain(within: Duration) async
    /// Closes what is left.
    func stop() async
}

/// Where a transport listens.
package struct BoundAddress: Hashable, Sendable, CustomStringConvertible {
    /// `127.0.0.1:7420`, or `unix:/run/selvedge.sock`.
    package var description: String

    package init(_ description: String) { self.description = description }
}
