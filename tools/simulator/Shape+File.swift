internal import Foundation
internal import Yams

/// A shape file that cannot be used: where, what, and what would be right.
struct ShapeError: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let problem: String

    var description: String { "\(file):\(line): \(problem)" }
}

extension Shape {
    /// Reads a shape: what the file leaves out keeps its default.
    /// - Throws: `ShapeError` for what is not YAML, for an unknown key and for a number out of range.
    init(yaml: String, file: String) throws(ShapeError) {
        self.init()
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch let error as YamlError {
            throw ShapeError(file: file, line: error.lineNumber ?? 1, problem: "not YAML: \(error)")
        } catch {
            throw ShapeError(file: file, line: 1, problem: "not YAML: \(error)")
        }
        guard let root, !(root.scalar?.string.isEmpty ?? false) else { return }
        for (section, entries) in try Self.mapping(root, name: "the file", file: file) {
            let fields = Self.fields.filter { $0.section == section.text }
            if fields.isEmpty {
                let known = Self.sections.joined(separator: ", ")
                throw ShapeError(
                    file: file, line: section.line, problem: "unknown section \"\(section.text)\"; known: \(known)")
            }
            for (key, value) in try Self.mapping(entries, name: section.text, file: file) {
                guard let field = fields.first(where: { $0.key == key.text }) else {
                    let known = fields.map(\.key).joined(separator: ", ")
                    throw ShapeError(
                        file: file, line: key.line,
                        problem: "unknown key \"\(section.text).\(key.text)\"; known: \(known)")
                }
                self[keyPath: field.path] = try Self.number(value, of: field, file: file)
            }
        }
    }

    /// The shape as a file, every field with its meaning.
    var yaml: String {
        var text = "# Shape of the generated traffic. Shares are 0 to 1.\n"
        for section in Self.sections {
            text += "\(section):\n"
            for field in Self.fields where field.section == section {
                let number = self[keyPath: field.path]
                let value = number == number.rounded() ? String(Int(number)) : String(number)
                text += "  \(field.key): \(value)  # \(field.meaning)\n"
            }
        }
        return text
    }

    private static var sections: [String] {
        fields.map(\.section).reduce(into: []) { seen, section in
            if !seen.contains(section) { seen.append(section) }
        }
    }

    private struct Key: Hashable {
        let text: String
        let line: Int
    }

    private static func mapping(_ node: Node, name: String, file: String) throws(ShapeError) -> [(Key, Node)] {
        guard let mapping = node.mapping else {
            throw ShapeError(
                file: file, line: node.mark?.line ?? 1, problem: "\(name) must be a mapping of keys to values")
        }
        return mapping.map { (Key(text: $0.key.string ?? "", line: $0.key.mark?.line ?? 1), $0.value) }
    }

    private static func number(_ node: Node, of field: ShapeField, file: String) throws(ShapeError) -> Double {
        let wanted =
            "\(field.whole ? "a whole number" : "a number") from \(field.range.lowerBound) to \(field.range.upperBound)"
        guard let text = node.scalar?.string, let number = Double(text), field.range.contains(number),
            !field.whole || number == number.rounded()
        else {
            throw ShapeError(file: file, line: node.mark?.line ?? 1, problem: "\(field.name) must be \(wanted)")
        }
        return number
    }
}

extension YamlError {
    fileprivate var lineNumber: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }
}
