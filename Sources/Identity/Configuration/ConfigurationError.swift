/// What is wrong in a configuration file, where, and what is allowed there instead.
package struct ConfigurationError: Error, Hashable, Sendable {
    package var file: String
    /// From 1; 0 where the fault has no place in the text.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    /// The path of keys, such as `namespaces.email.hub_limit`; empty for the file as a whole.
    package var key: String
    package var problem: String
    /// What the place may hold, where that is a list or a range.
    package var allowed: [String]

    package init(file: String, line: Int, column: Int, key: String, problem: String, allowed: [String] = []) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.problem = problem
        self.allowed = allowed
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// Such as `selvedge.yaml:12:5: namespaces.email.normaliser: "e-mail" is not one of email, phone, opaque`.
    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        let path = key.isEmpty ? "" : "\(key): "
        let list = allowed.isEmpty ? "" : " " + allowed.joined(separator: ", ")
        return "\(place): \(path)\(problem)\(list)"
    }
}
