internal import Foundation
package import LMDB

/// The next generation of a store while it is made: a directory beside the one in use, which nobody reads before it is
/// published. Whoever makes one holds the writer's lock.
package final class Generation: Sendable {
    package let store: Store
    package let name: String
    package let environment: Environment

    package var directory: String { store.directory + "/" + name }

    private init(store: Store, name: String, environment: Environment) {
        self.store = store
        self.name = name
        self.environment = environment
    }

    /// Begins the next generation of a store as a copy of the present one; what another attempt left is removed.
    package static func begin(after store: Store, options: Environment.Options = Environment.Options()) throws
        -> Generation
    {
        let name = next(after: store.generation)
        try removeOthers(than: store.generation, in: store.directory)
        let path = store.directory + "/" + name
        try Store.makeDirectory(path)
        try store.environment.copy(to: path)
        return try reopen(name, of: store, options: options)
    }

    /// Begins the next generation of a store with empty tables; what another attempt left is removed.
    package static func beginEmpty(after store: Store, options: Environment.Options = Environment.Options()) throws
        -> Generation
    {
        let name = next(after: store.generation)
        // Older ones are overwritten, or left where somebody reads them.
        _ = try overwriteOld(before: store.generation, in: store.directory)
        try removeNewer(than: store.generation, in: store.directory)
        try Store.makeDirectory(store.directory + "/" + name)
        return try reopen(name, of: store, options: options)
    }

    /// Opens a generation that was begun and not published; nil: there is none.
    package static func resume(after store: Store, options: Environment.Options = Environment.Options()) throws
        -> Generation?
    {
        guard isBegun(after: store) else { return nil }
        return try reopen(next(after: store.generation), of: store, options: options)
    }

    /// Whether a next generation lies beside the one in use.
    package static func isBegun(after store: Store) -> Bool {
        let name = next(after: store.generation)
        return FileManager.default.fileExists(atPath: store.directory + "/" + name + "/data.mdb")
    }

    private static func reopen(_ name: String, of store: Store, options: Environment.Options) throws -> Generation {
        var options = options
        options.mapSize = try StoreLabel(file: store.directory + "/STORE").mapBytes
        options.readOnly = false
        let environment = try Environment(
            directory: store.directory + "/" + name, tables: Tables.all, options: options)
        environment.keepSealed(by: store.sealing)
        return Generation(store: store, name: name, environment: environment)
    }

    /// What it knows of itself.
    package func state() throws -> StoreState {
        let configuration = store.configuration
        return try environment.read { try StoreState($0, configuration: configuration) }
    }

    /// Makes it the one in use, in one step: after a crash the store is the old one or this one. Who reads the old one
    /// goes on doing so until he opens the store anew.
    ///
    /// - Parameter mapBytes: the map's size from now on, where it is more than it was.
    /// - Parameter keepsOld: leaves the one that was in use, to be overwritten (`overwriteOld`).
    package func publish(mapBytes: Int = 0, keepsOld: Bool = false) throws {
        try StoreFiles.syncDirectory(directory)
        var label = try StoreLabel(file: store.directory + "/STORE")
        if mapBytes > label.mapBytes {
            label.mapBytes = mapBytes
            try StoreFiles.replace(store.directory + "/STORE", with: label.text)
        }
        try StoreFiles.replace(store.directory + "/CURRENT", with: name + "\n")
        if !keepsOld { try Self.removeOthers(than: name, in: store.directory) }
    }

    /// Overwrites and removes generations that are older than the one in use, but for those that a process still has open.
    ///
    /// - Returns: how many are left.
    package static func overwriteOld(before name: String, in directory: String) throws -> Int {
        var left = 0
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            guard entry.hasPrefix("gen-"), number(of: entry) < number(of: name) else { continue }
            let path = directory + "/" + entry
            guard try Environment.overwrite(directory: path) else {
                left += 1
                continue
            }
            do { try FileManager.default.removeItem(atPath: path) } catch {
                throw StoreError.unreadable(path: path, problem: "cannot be removed; check its permissions")
            }
        }
        if left == 0 { try StoreFiles.syncDirectory(directory) }
        return left
    }

    private static func number(of name: String) -> Int { Int(name.drop { $0 != "-" }.dropFirst()) ?? 0 }

    /// Removes generations that are not in use: older ones, and beginnings. A process that still reads one keeps its
    /// pages until it closes them.
    package static func removeOthers(than name: String, in directory: String) throws {
        let manager = FileManager.default
        for entry in (try? manager.contentsOfDirectory(atPath: directory)) ?? []
        where entry.hasPrefix("gen-") && entry != name {
            do { try manager.removeItem(atPath: directory + "/" + entry) } catch {
                throw StoreError.unreadable(
                    path: directory + "/" + entry, problem: "cannot be removed; check its permissions")
            }
        }
    }

    /// Removes what attempts have left that did not come to their end.
    package static func removeNewer(than name: String, in directory: String) throws {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        where entry.hasPrefix("gen-") && number(of: entry) > number(of: name) {
            do { try FileManager.default.removeItem(atPath: directory + "/" + entry) } catch {
                throw StoreError.unreadable(
                    path: directory + "/" + entry, problem: "cannot be removed; check its permissions")
            }
        }
    }

    private static func next(after name: String) -> String {
        "gen-\(number(of: name) + 1)"
    }
}
