internal import Identity

/// One line of the log.
struct LogLine {
    let time: Timestamp
    let level: LogLevel
    let message: String
    let fields: [LogField]

    /// `{"time":"...","level":"info","message":"...","metadata":{...}}` and a line break.
    var json: String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"message\":\(Self.quoted(message))"
        let pairs = fields.map { "\(Self.quoted($0.key)):\(Self.json($0.value))" }
        if !pairs.isEmpty { line += ",\"metadata\":{\(pairs.joined(separator: ","))}" }
        return line + "}\n"
    }

    /// `TIME LEVEL message key=value ...` and a line break.
    var text: String {
        let pairs = fields.map { field in
            switch field.value {
            case .text(let text):
                text.contains(where: { $0 == " " || $0 == "\"" || $0.isNewline })
                    ? " \(field.key)=\(Self.quoted(text))" : " \(field.key)=\(text)"
            default: " \(field.key)=\(Self.json(field.value))"
            }
        }
        return "\(time) \(level.rawValue) \(message)\(pairs.joined())\n"
    }

    private static func json(_ value: LogField.Value) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .number(let number): "\(number)"
        case .seconds(let seconds): seconds.isFinite ? "\(seconds)" : "0"
        }
    }

    /// A text of JSON. What could end a line or a text is escaped.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
