internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import NIOCore
package import Wire

/// One thing that a line of the log tells, of a type that cannot hold what a caller sent.
package struct LogField: Sendable {
    enum Value: Sendable {
        case text(String)
        case number(Int)
        case seconds(Double)
    }

    let key: String
    let value: Value
    /// Dropped from lines that are not of level debug.
    let isForDebugging: Bool

    private init(_ key: StaticString, _ value: Value, isForDebugging: Bool = false) {
        self.key = "\(key)"
        self.value = value
        self.isForDebugging = isForDebugging
    }

    package static func count(_ key: StaticString, _ number: Int) -> LogField { LogField(key, .number(number)) }

    package static func time(_ key: StaticString, _ time: Duration) -> LogField {
        LogField(key, .seconds(Double(time.nanoseconds) * 1e-9))
    }

    package static func word(_ key: StaticString, _ word: StaticString) -> LogField { LogField(key, .text("\(word)")) }

    package static func method(_ method: Method) -> LogField { LogField("method", .text(method.description)) }

    package static func status(_ status: Status) -> LogField { LogField("status", .text(status.description)) }

    package static func code(_ code: ErrorCode) -> LogField { LogField("code", .text(code.rawValue)) }

    /// A file of the server's own: configuration, policy, certificates.
    package static func file(_ path: String) -> LogField { LogField("file", .text(path)) }

    package static func address(_ key: StaticString, _ address: BoundAddress) -> LogField {
        LogField(key, .text(address.description))
    }

    /// Where a caller is: at level debug only.
    package static func peer(_ address: String) -> LogField {
        LogField("peer", .text(address), isForDebugging: true)
    }

    /// What went wrong: in words where the error is one of ours, which never name an identifier, or the system's;
    /// else its type alone.
    package static func problem(_ error: any Error) -> LogField { LogField("problem", .text(Self.words(error))) }

    /// A name of source code, with nothing else in it.
    static func cleaned(_ key: StaticString, _ name: String) -> LogField { LogField(key, .text(name)) }

    /// A sentence that was made of `problem` before.
    static func problem(words: String) -> LogField { LogField("problem", .text(words)) }

    static func words(_ error: any Error) -> String {
        switch error {
        case is LMDBError, is StoreError, is EngineError, is KeyError, is ConfigurationError, is CallError,
            is ServiceFailure, is IOError, is BackupError, is SlotError:
            "\(error)"
        default: "\(type(of: error))"
        }
    }
}
