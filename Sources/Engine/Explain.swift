internal import GraphStore
package import Identity

/// Why two identifiers are one profile, or what keeps them apart.
package struct Explanation: Sendable, Encodable, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}

extension Engine {
    package func explain(_ first: IdentityKey, _ second: IdentityKey) throws -> Explanation {
        let profiles = (try resolve(first), try resolve(second))
        guard let left = profiles.0, let right = profiles.1 else { return Explanation(description: "no evidence") }
        return Explanation(description: left.anchor == right.anchor ? "one profile" : "two profiles")
    }
}
