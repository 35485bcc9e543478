package import Wire
/// TEMPORARY until the metrics land.
package final class ServiceMetrics: Sendable {
    package init() {}
    @inline(__always)
    package func called(_ method: Method, purpose: Int, status: Status, nanoseconds: Int64) {}
    package func connectionOpened() {}
    package func connectionClosed() {}
    package func connectionRefused() {}
    package func authenticationFailed(_ code: String) {}
}
