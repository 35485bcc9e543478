internal import Foundation
internal import Identity

extension TokenRules {
    private static let fields = [
        "algorithms", "audience", "hmac_key_file", "issuer", "keys_file", "leeway", "max_lifetime",
    ]

    /// The part `tokens` of a policy, with the keys that it names.
    init(_ node: ConfigurationNode) async throws(ConfigurationError) {
        let fields = try node.fields(Self.fields)
        guard let audience = fields["audience"] else {
            throw node.error("audience is missing: what a token's aud must hold, such as selvedge")
        }
        self.audience = try Self.name(audience)
        issuer = try fields["issuer"].map { node throws(ConfigurationError) in try Self.name(node) }
        leeway = try fields["leeway"]?.milliseconds(in: 0...Self.maximumLeeway) ?? Self.defaultLeeway
        lifetime = try fields["max_lifetime"]?.milliseconds(in: 1_000...Self.maximumLifetime) ?? Self.defaultLifetime
        let listed = try fields["algorithms"].map { node throws(ConfigurationError) in try Self.algorithms(node) }
        let algorithms = listed ?? TokenAlgorithm.standard
        keys = try await Self.keys(node, fields, algorithms)
    }

    private static func name(_ node: ConfigurationNode) throws(ConfigurationError) -> String {
        let text = try node.text()
        guard (1...1_024).contains(text.utf8.count) else { throw node.error("must be 1...1,024 bytes") }
        return text
    }

    private static func algorithms(_ node: ConfigurationNode) throws(ConfigurationError) -> Set<TokenAlgorithm> {
        var algorithms: Set<TokenAlgorithm> = []
        for item in try node.items() { algorithms.insert(try item.choice()) }
        guard !algorithms.isEmpty else { throw node.error("an empty list takes no token: leave tokens out instead") }
        return algorithms
    }

    private static func keys(
        _ node: ConfigurationNode, _ fields: [String: ConfigurationNode], _ algorithms: Set<TokenAlgorithm>
    ) async throws(ConfigurationError) -> [TokenKey] {
        let secret = fields["hmac_key_file"]
        guard secret != nil || !algorithms.contains(.hs256) else {
            throw node.error("HS256 needs hmac_key_file: the file of the shared secret, mode 0400 or 0600")
        }
        guard secret == nil || algorithms.contains(.hs256) else {
            throw node.error("hmac_key_file is of use only where algorithms lists HS256")
        }
        let asymmetric = algorithms.subtracting([.hs256])
        var keys: [TokenKey] = []
        if !asymmetric.isEmpty {
            guard let file = fields["keys_file"] else {
                throw node.error("keys_file is missing: a JSON Web Key Set with the public keys of who signs tokens")
            }
            let path = try file.path()
            do { keys += try await TokenKeys.keySet(at: path, allowed: asymmetric) } catch {
                throw file.error(error.problem)
            }
        } else if let file = fields["keys_file"] {
            throw file.error("is of use only where algorithms lists another than HS256")
        }
        if let secret {
            let path = try secret.path()
            do { keys.append(try await TokenKeys.secret(at: path)) } catch { throw secret.error(error.problem) }
        }
        return keys
    }
}

extension ConfigurationNode {
    /// A path; a relative one begins at the directory of the file that names it.
    func path() throws(ConfigurationError) -> String {
        let text = try text()
        guard !text.isEmpty else { throw error("is empty: give a path") }
        guard !text.hasPrefix("/") else { return text }
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        return folder + text
    }

    /// A whole number with its unit: `30s`, `15m`, `24h`.
    func milliseconds(in range: ClosedRange<Int64>) throws(ConfigurationError) -> Int64 {
        let text = try text()
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000]
        let digits = text.dropLast()
        guard let unit = text.last.flatMap({ units[$0] }), !digits.isEmpty, digits.utf8.count <= 9,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int64(digits)
        else { throw error("\"\(text)\" is not a duration: a whole number and s, m or h, such as 30s") }
        guard range.contains(number * unit) else {
            throw error("\"\(text)\" is out of range: \(range.lowerBound / 1_000)s...\(range.upperBound / 1_000)s")
        }
        return number * unit
    }
}
