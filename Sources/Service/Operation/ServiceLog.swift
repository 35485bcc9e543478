package import Logging

/// The log of the server. A message is fixed text, and what varies is a `LogField`: so nothing that a caller sent can
/// get into a line.
package struct ServiceLog: Sendable {
    package let sink: LogSink

    package init(_ sink: LogSink) { self.sink = sink }

    package func debug(_ message: StaticString, _ fields: LogField...) { write(.debug, message, fields) }
    package func info(_ message: StaticString, _ fields: LogField...) { write(.info, message, fields) }
    package func warning(_ message: StaticString, _ fields: LogField...) { write(.warning, message, fields) }
    package func error(_ message: StaticString, _ fields: LogField...) { write(.error, message, fields) }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: [LogField]) {
        guard level >= sink.level else { return }
        sink.write(level, "\(message)", fields)
    }

    /// A logger to hand to a library.
    package func library(_ label: String) -> Logger {
        Logger(label: label, factory: { _ in LibraryLogHandler(sink: sink) })
    }
}

/// What libraries log by swift-log. Nobody vouches for what their messages quote, so these are not written: the line says
/// which module spoke, and from where in its source.
///
/// What is less than a warning counts as debug.
package struct LibraryLogHandler: LogHandler {
    let sink: LogSink
    package var metadata = Logger.Metadata()
    package var logLevel: Logger.Level

    package init(sink: LogSink) {
        self.sink = sink
        logLevel = sink.level == .debug ? .debug : .warning
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let level: LogLevel = event.level >= .error ? .error : event.level >= .warning ? .warning : .debug
        let file = event.file.split(separator: "/").last.map(String.init) ?? ""
        sink.write(
            level, "a library has something to say; its source says what",
            [.source("library", event.source), .source("file", file), .count("line", Int(event.line))])
    }
}

extension LogField {
    /// The name of a module or file, whatever else was given cut out.
    fileprivate static func source(_ key: StaticString, _ name: String) -> LogField {
        let clean = name.unicodeScalars.prefix(64).filter { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_+-.".unicodeScalars.contains(scalar))
        }
        return .cleaned(key, String(String.UnicodeScalarView(clean)))
    }
}
