internal import ArgumentParser
internal import Identity

/// A moment on the command line, RFC 3339.
struct TimeArgument: ExpressibleByArgument {
    var time: Timestamp

    init?(argument: String) {
        guard let time = try? Timestamp(rfc3339: argument) else { return nil }
        self.time = time
    }

    static let help = "RFC 3339 with a zone, such as 2026-01-02T03:04:05Z"
}
