internal import Foundation
package import Identity

/// The keys of a store on disk: the wrapped bundle, who can unwrap it, and where both lie.
///
/// A store that was made before there were bundles has none: its keys are derived from its root key, until a change of keys
/// writes them down.
package struct StoreKeys {
    /// What the label says.
    package let place: RootKeyPlace
    /// What a path in the label that is not absolute is relative to.
    package let directory: String

    package var file: KeyBundleFile { KeyBundleFile(path: directory + "/" + Self.bundleName) }

    static let bundleName = "keys.bundle"
    static let slotsName = "keys.slots"

    /// Of a store that is there.
    package init(directory: String) throws {
        self.init(place: RootKeyPlace(try StoreLabel(file: directory + "/STORE").keyFile), directory: directory)
    }

    init(place: RootKeyPlace, directory: String) {
        self.place = place
        self.directory = directory
    }

    /// For messages: a path, or what the label says of another place.
    package var placeText: String {
        guard case .file(let path) = place else { return place.text }
        return path.hasPrefix("/") ? path : directory + "/" + path
    }

    /// Whether the root key lies beside the data.
    package var liesInside: Bool {
        guard case .file(let path) = place else { return false }
        return !path.hasPrefix("/")
    }

    /// The bundle as it lies there, or the keys that the root key gives where there is none.
    package func load() throws -> KeyBundle {
        guard file.exists else {
            guard let root = try place.load(in: directory) else {
                throw StoreError.unreadable(path: file.path, problem: "is not there; restore it from a backup")
            }
            return try KeyBundle(derivedFrom: root)
        }
        let keeper = try keeper()
        do { return try file.read(with: keeper) } catch KeyError.cannotUnwrap, KeyError.otherKeeper {
            // A change of the root key that has come as far as the label.
            if nextFile.exists, let next = try? nextFile.read(with: keeper) { return next }
            throw StoreError.wrongKey(path: placeText)
        }
    }

    /// Who unwraps: the root key, or the token that has it.
    package func keeper() throws -> any KeyWrapper {
        if case .token(let uri) = place { return try PKCS11Key.open(try PKCS11URI(uri)) }
        guard let root = try place.load(in: directory) else { throw KeyError.invalidPlace("it names no key") }
        return root
    }

    /// The same, made where there is none yet: a file with a new key, or a key in the token. Nobody makes a credential.
    package func makeKeeper(random: some RandomSource) throws -> any KeyWrapper {
        switch place {
        case .credential: return try keeper()
        case .token(let uri): return try PKCS11Key.openOrCreate(try PKCS11URI(uri))
        case .file:
            let isThere = FileManager.default.fileExists(atPath: placeText)
            return isThere ? try keeper() : try RootKey.create(at: placeText, random: random)
        }
    }
}
