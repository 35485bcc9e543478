/// Which key of which token, by a URI as RFC 7512 has them.
///
///     pkcs11:token=TOKEN;serial=NUMBER;object=KEY;id=%01%02?module-path=/path/module.so&pin-source=file:/path/pin
///
/// The module's path and where the PIN lies are demanded; a PIN in the URI itself is refused, as it would stand in
/// configurations and in lists of processes. Other attributes are refused: what is not looked at must not seem to be.
package struct PKCS11URI: Hashable, Sendable {
    package var token: String?
    package var serial: String?
    package var object: String?
    package var id: [UInt8] = []
    package var modulePath: String
    /// A file of mode 0400, like a key file's.
    package var pinPath: String

    package init(_ text: String) throws(KeyError) {
        guard text.hasPrefix("pkcs11:") else { throw Self.refused("it does not begin with pkcs11:") }
        let parts = text.dropFirst("pkcs11:".count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var values: [String: [UInt8]] = [:]
        for (place, part) in parts.enumerated() {
            for field in part.split(separator: place == 0 ? ";" : "&", omittingEmptySubsequences: true) {
                let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pair.count == 2, let value = Self.decoded(pair[1]) else {
                    throw Self.refused("an attribute is name=value, with %XX for what is no letter")
                }
                let name = String(pair[0])
                guard Self.known[place].contains(name) else { throw Self.refused(Self.advice(name)) }
                guard values.updateValue(value, forKey: name) == nil else {
                    throw Self.refused("\(name) is there twice")
                }
            }
        }
        token = try Self.text(values["token"])
        serial = try Self.text(values["serial"])
        object = try Self.text(values["object"])
        id = values["id"] ?? []
        guard let module = try Self.text(values["module-path"]), module.hasPrefix("/") else {
            throw Self.refused("module-path is the absolute path of the token's module")
        }
        modulePath = module
        guard let source = try Self.text(values["pin-source"]) else {
            throw Self.refused("pin-source is the file of mode 0400 that holds the PIN")
        }
        pinPath = source.hasPrefix("file://") ? String(source.dropFirst(7)) : Self.withoutScheme(source)
        guard pinPath.hasPrefix("/") else { throw Self.refused("pin-source is file: and an absolute path") }
        guard object != nil || !id.isEmpty else { throw Self.refused("object or id names the key") }
    }

    private static let known: [Set<String>] = [
        ["token", "serial", "object", "id", "type"], ["module-path", "pin-source"],
    ]

    private static func advice(_ name: String) -> String {
        name == "pin-value" ? "a PIN does not belong in a URI: give pin-source" : "an attribute is not known"
    }

    private static func withoutScheme(_ text: String) -> String {
        text.hasPrefix("file:") ? String(text.dropFirst(5)) : text
    }

    /// Percent-decoded; nil where that is malformed.
    private static func decoded(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimalValue),
                let low = rest.popFirst().flatMap(hexadecimalValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func text(_ bytes: [UInt8]?) throws(KeyError) -> String? {
        guard let bytes else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty, !bytes.contains(0) else {
            throw refused("a value is empty or no text")
        }
        return text
    }

    private static func refused(_ problem: String) -> KeyError { .invalidPlace("of a token's URI: \(problem)") }
}
