internal import Glibc

/// Where the root key of a store is: as the store's label writes it.
///
/// | text | where |
/// |---|---|
/// | `credential:NAME` | a credential that systemd gave to the service (`LoadCredentialEncrypted=NAME:...`) |
/// | `pkcs11:...` | a token, by an RFC 7512 URI |
/// | anything else | a file of mode 0400 |
package enum RootKeyPlace: Hashable, Sendable {
    case file(path: String)
    case credential(name: String)
    case token(uri: String)

    package init(_ text: String) {
        if text.hasPrefix(Self.credentialPrefix) {
            self = .credential(name: String(text.dropFirst(Self.credentialPrefix.count)))
        } else if text.hasPrefix(Self.tokenPrefix) {
            self = .token(uri: text)
        } else {
            self = .file(path: text)
        }
    }

    package var text: String {
        switch self {
        case .file(let path): path
        case .credential(let name): Self.credentialPrefix + name
        case .token(let uri): uri
        }
    }

    private static let credentialPrefix = "credential:"
    private static let tokenPrefix = "pkcs11:"

    /// The root key, where it is a file or a credential; nil: a token keeps it, and never gives it away.
    ///
    /// - Parameter directory: what a path that is not absolute is relative to.
    package func load(in directory: String) throws(KeyError) -> RootKey? {
        switch self {
        case .file(let path): try RootKey.load(from: path.hasPrefix("/") ? path : directory + "/" + path)
        case .credential(let name): try RootKey.load(from: Self.path(ofCredential: name))
        case .token: nil
        }
    }

    /// In the folder that systemd names to the service. A name is one component: no path leads out of the folder.
    private static func path(ofCredential name: String) throws(KeyError) -> String {
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else {
            throw .invalidPlace("a credential's name is one file name")
        }
        // Sound: the variable's text is copied at once, and nothing here changes the environment.
        guard let folder = unsafe getenv("CREDENTIALS_DIRECTORY").map({ unsafe String(cString: $0) }), !folder.isEmpty
        else { throw .invalidPlace("CREDENTIALS_DIRECTORY is not set: systemd gave this process no credentials") }
        return folder + "/" + name
    }
}
