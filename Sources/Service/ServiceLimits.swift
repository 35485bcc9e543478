/// TEMPORARY until the configuration lands.
package struct ServiceLimits: Sendable, Hashable {
    package var maxFrameBytes = 4 * 1_048_576
    package var batch = 1_000
    package var streams = 128
    package var connections = 1_024
    package var handshake: Duration = .seconds(5)
    package var idle: Duration = .seconds(300)
    package var writeStall: Duration = .seconds(30)
    package var unaryDeadline: Duration = .seconds(5)
    package var streamDeadline: Duration = .seconds(600)
    package var pendingObservations = 50_000
    package var pendingReads = 256
    package var outboundBytes = 1_048_576
    package var controlFrames = 100
    package init() {}
}
