internal import Foundation
package import Identity

/// Changing who keeps what the bundle is wrapped under. No key changes: not a row, not the check value.
extension StoreKeys {
    /// Wraps the bundle of a store under another root key, made in its place where there is none. Whoever has the store open
    /// goes on undisturbed.
    ///
    /// The new bundle is written beside the old one, then the label names the new place, then the bundle takes the old one's
    /// place, whose bytes are overwritten. After a kill at any point the store opens under what the label names; the same call
    /// again, or the next writer, brings it to its end.
    ///
    /// - Parameter didStep: called after each of the three; what it throws stops there.
    package static func rewrap(
        _ directory: String, to place: RootKeyPlace, random: some RandomSource, didStep: () throws -> Void = {}
    ) throws {
        let lock = try KeyChangeLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let held = try StoreKeys(directory: directory)
        try held.settle()
        let bundle = try held.load()
        let next = StoreKeys(place: Store.absolute(place), directory: directory)
        let keeper = try next.makeKeeper(random: random)
        try held.nextFile.write(bundle, by: keeper, random: random)
        let check = try KeyRing(bundle: held.nextFile.read(with: keeper)).keyCheckValue
        guard try KeyRing(bundle: bundle).keyCheckValue == check else {
            throw StoreError.wrongKey(path: next.placeText)
        }
        try didStep()
        var label = try StoreLabel(file: directory + "/STORE")
        label.keyFile = next.place.text
        try StoreFiles.replace(directory + "/STORE", with: label.text)
        try didStep()
        try next.settle()
        try didStep()
    }

    /// Writes the bundle down again, with other keys in it, under the same root key.
    ///
    /// - Parameter change: the keys from now on.
    @discardableResult
    package func change(
        random: some RandomSource, _ change: (KeyBundle) throws -> KeyBundle
    ) throws -> KeyBundle {
        let lock = try KeyChangeLock(directory)
        defer { withExtendedLifetime(lock) {} }
        try settle()
        let bundle = try change(load())
        try file.write(bundle, by: keeper(), random: random)
        return bundle
    }

    /// Brings a change of the root key that was stopped to its end, where it had come to the label; else takes it back.
    package func settle() throws {
        guard nextFile.exists else { return }
        let isUsed: Bool
        do {
            _ = try nextFile.read(with: keeper())
            isUsed = true
        } catch KeyError.cannotUnwrap, KeyError.otherKeeper, KeyError.invalidBundle { isUsed = false }
        if isUsed { try nextFile.move(to: file.path) } else { try nextFile.remove() }
    }

    var nextFile: KeyBundleFile { KeyBundleFile(path: file.path + ".next") }
}

/// One process at a time changes the keys of a store: held until the value goes.
private final class KeyChangeLock {
    private let descriptor: Int32

    init(_ directory: String) throws {
        let path = directory + "/keys.lock"
        descriptor = StoreFiles.openForLocking(path)
        guard descriptor >= 0 else {
            throw StoreError.unreadable(path: path, problem: "cannot be made; check the directory's permissions")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StoreError.unreadable(
                path: path, problem: "another process is changing the keys of this store; wait until it has ended")
        }
    }

    deinit { close(descriptor) }
}
