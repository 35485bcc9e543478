internal import Yams

/// A node of a YAML tree with the path that led to it: asks for what is expected, and says where it is not.
package struct ConfigurationNode {
    package typealias Pair = (key: ConfigurationNode, name: String, value: ConfigurationNode)

    package let file: String
    package let path: String
    let node: Node

    /// The tree of a file; nil when it holds nothing but comments.
    package static func parse(yaml: String, file: String) throws(ConfigurationError) -> ConfigurationNode? {
        do {
            guard let node = try Yams.compose(yaml: yaml) else { return nil }
            return ConfigurationNode(file: file, path: "", node: node)
        } catch let error as YamlError {
            throw syntaxError(error, file: file)
        } catch {
            throw ConfigurationError(file: file, line: 0, column: 0, key: "", problem: "not readable as YAML")
        }
    }

    /// Where this node begins: from 1; 0 where that is not known.
    package var line: Int { node.mark?.line ?? 0 }
    /// From 1, in Unicode scalars; 0 where that is not known.
    package var column: Int { node.mark?.column ?? 0 }

    /// An error at this node.
    package func error(_ problem: String, allowed: [String] = []) -> ConfigurationError {
        ConfigurationError(
            file: file, line: line, column: column, key: path, problem: problem, allowed: allowed)
    }

    /// The pairs of a mapping, in the file's order; the first is a node so that an error can point at the key.
    package func pairs() throws(ConfigurationError) -> [Pair] {
        guard case .mapping(let mapping) = node else { throw error("expected a mapping of keys to values") }
        var pairs: [Pair] = []
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            let inner = path.isEmpty ? name : "\(path).\(name)"
            let keyNode = ConfigurationNode(file: file, path: inner, node: key)
            guard key.scalar != nil else { throw keyNode.error("a key must be plain text") }
            pairs.append((keyNode, name, ConfigurationNode(file: file, path: inner, node: value)))
        }
        return pairs
    }

    /// The pairs of a mapping whose keys are all among `allowed`.
    package func fields(_ allowed: [String]) throws(ConfigurationError) -> [String: ConfigurationNode] {
        var fields: [String: ConfigurationNode] = [:]
        for (key, name, value) in try pairs() {
            guard allowed.contains(name) else { throw key.error("unknown key; the keys here are", allowed: allowed) }
            fields[name] = value
        }
        return fields
    }

    package var isList: Bool {
        if case .sequence = node { true } else { false }
    }

    /// The text of a single value; nil for a list or mapping.
    package var scalar: String? { node.scalar?.string }

    package func text() throws(ConfigurationError) -> String {
        guard let scalar else { throw error("expected one value, not a list or mapping") }
        return scalar
    }

    /// The items of a list.
    package func items() throws(ConfigurationError) -> [ConfigurationNode] {
        guard case .sequence(let sequence) = node else { throw error("expected a list, such as [a, b]") }
        return sequence.enumerated().map { index, element in
            ConfigurationNode(file: file, path: "\(path)[\(index)]", node: element)
        }
    }

    /// A list of texts, each one with its node.
    package func texts() throws(ConfigurationError) -> [(node: ConfigurationNode, text: String)] {
        var texts: [(node: ConfigurationNode, text: String)] = []
        for item in try items() { texts.append((item, try item.text())) }
        return texts
    }

    /// A whole number within a range; `_` may group its digits.
    package func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        let text = try text()
        let digits = text.filter { $0 != "_" }
        guard let value = Int(digits), range.contains(value) else {
            throw error("\"\(text)\" is not a whole number in \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    /// One of an enumeration's raw values.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        excluding excluded: [Choice] = []
    ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
        let text = try text()
        let allowed = Choice.allCases.map(\.rawValue).filter { name in !excluded.contains { $0.rawValue == name } }
        guard let choice = Choice(rawValue: text), allowed.contains(text) else {
            throw error("\"\(text)\" is not one of", allowed: allowed)
        }
        return choice
    }

    private static func syntaxError(_ error: YamlError, file: String) -> ConfigurationError {
        func at(_ mark: Mark?, _ problem: String) -> ConfigurationError {
            ConfigurationError(
                file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, key: "", problem: problem)
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return at(context.mark, "given more than once: \(duplicates.joined(separator: ", "))")
        case .reader(let problem, _, _, _): return at(nil, "not YAML: \(problem)")
        default: return at(nil, "not readable as YAML")
        }
    }
}
