/// Text in Prometheus's exposition format, version 0.0.4.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/.
package struct ExpositionText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var text = ""

    package init() {}

    mutating func family(_ name: String, _ kind: String, help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quote: false))\n# TYPE \(name) \(kind)\n"
    }

    /// - Parameter labels: as `MetricLabels.text` has them.
    mutating func sample(_ name: String, _ labels: String, _ value: Double) {
        sample(name, labels, Self.number(value))
    }

    mutating func sample(_ name: String, _ labels: String, _ value: UInt64) { sample(name, labels, "\(value)") }

    mutating func sample(_ name: String, _ labels: String, _ value: Int64) { sample(name, labels, "\(value)") }

    private mutating func sample(_ name: String, _ labels: String, _ value: String) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(value)\n"
    }

    /// As Prometheus reads it; whole numbers without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return "\(whole)" }
        return "\(value)"
    }

    /// Backslashes and line breaks, and in the values of labels quotation marks too.
    static func escaped(_ text: String, quote: Bool = true) -> String {
        guard text.utf8.contains(where: { $0 == 0x5c || $0 == 0x0a || $0 == 0x22 }) else { return text }
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quote: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

/// The labels of a series, in the order given.
package struct MetricLabels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// Such as `method="Identity/Resolve",status="OK"`.
    let text: String

    package init(_ pairs: [(String, String)]) {
        text =
            pairs
            .map { "\(MetricName.clean($0.0, colons: false))=\"\(ExpositionText.escaped($0.1))\"" }
            .joined(separator: ",")
    }

    package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }
}

/// What may name a metric or a label.
enum MetricName {
    /// What is not a letter, a digit or `_` becomes `_`; a digit in front gets one before it.
    static func clean(_ name: String, colons: Bool = true) -> String {
        var clean = ""
        for scalar in name.unicodeScalars {
            let isDigit = scalar >= "0" && scalar <= "9"
            let isLetter = (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z")
            if isDigit, clean.isEmpty { clean += "_" }
            clean.unicodeScalars.append(isDigit || isLetter || (colons && scalar == ":") ? scalar : "_")
        }
        return clean.isEmpty ? "_" : clean
    }
}
