/// Why an input cannot be read, or not to its end: a file as a whole, where a bad row is a reject.
package struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What messages call the input.
    package var name: String
    /// What is wrong, where, and what to do.
    package var problem: String

    package init(_ name: String, _ problem: String) {
        self.name = name
        self.problem = problem
    }

    package var description: String { "\(name): \(problem)" }
}
