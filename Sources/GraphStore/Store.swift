internal import Foundation
package import Identity
package import LMDB

/// A store in a directory: its generation's environment, its keys and its configuration.
///
/// The directory holds `CURRENT` (the name of the generation in use, replaced atomically), `gen-1` (LMDB's data
/// and lock file), `STORE` (format, where the root key lies, its check value, the map's size) and `writer.lock`.
package final class Store: Sendable {
    package let directory: String
    /// The name of the generation that is open, such as `gen-1`.
    package let generation: String
    package let environment: Environment
    package let keyRing: KeyRing
    package let configuration: Configuration

    /// The format that this program writes; a newer one is refused, an older one read.
    package static let format = 1

    private init(
        directory: String, generation: String, environment: Environment, keyRing: KeyRing, configuration: Configuration
    ) {
        self.directory = directory
        self.generation = generation
        self.environment = environment
        self.keyRing = keyRing
        self.configuration = configuration
    }

    /// Makes an empty store. Nothing is left behind where it fails.
    ///
    /// - Parameters:
    ///   - keyFile: where the root key lies or is to lie; nil: `root.key` in the directory.
    ///   - options: but for the size of the map, which is the configuration's.
    package static func create(
        directory: String, configuration: Configuration, keyFile: String?, random: some RandomSource,
        options: Environment.Options = Environment.Options()
    ) throws {
        if exists(directory) { throw StoreError.exists(directory: directory) }
        let keyPath = keyFile.map { absolute($0) } ?? directory + "/root.key"
        let traces = StoreTraces(of: directory, keyPath)
        do {
            let root = try makeRoot(directory, keyPath, random)
            let label = StoreLabel(
                format: format, keyFile: keyFile == nil ? "root.key" : keyPath,
                keyCheck: try KeyRing(root: root).keyCheckValue, mapBytes: configuration.limits.mapBytes)
            try fill(directory, configuration, label, options)
            try StoreFiles.replace(directory + "/STORE", with: label.text)
            try StoreFiles.replace(directory + "/CURRENT", with: "gen-1\n")
        } catch {
            traces.remove()
            throw error
        }
    }

    /// The directory, and the root key where there is none yet. A key that is there is read before anything is made.
    private static func makeRoot(
        _ directory: String, _ keyPath: String, _ random: some RandomSource
    ) throws -> RootKey {
        let isKnown = FileManager.default.fileExists(atPath: keyPath)
        let loaded = isKnown ? try RootKey.load(from: keyPath) : nil
        try makeDirectory(directory)
        return try loaded ?? RootKey.create(at: keyPath, random: random)
    }

    /// The first generation, with what a store knows of itself.
    private static func fill(
        _ directory: String, _ configuration: Configuration, _ label: StoreLabel, _ options: Environment.Options
    ) throws {
        let generation = directory + "/gen-1"
        try makeDirectory(generation)
        var options = options
        options.mapSize = label.mapBytes
        let environment = try Environment(directory: generation, tables: Tables.all, options: options)
        try environment.write { transaction in
            var state = StoreState(configuration: configuration)
            try state.save(&transaction)
            try transaction.put(Tables.meta, MetaKey(.format), MetaBytes.encode(UInt64(format)))
            try transaction.put(Tables.meta, MetaKey(.configuration), Array(configuration.canonicalText.utf8))
            try transaction.put(
                Tables.meta, MetaKey(.normalisers), Array(Normaliser.versions.joined(separator: "; ").utf8))
            try transaction.put(Tables.meta, MetaKey(.keyCheck), label.keyCheck)
        }
    }

    /// Opens a store; the root key is checked before anything is mapped.
    ///
    /// - Parameters:
    ///   - configuration: what the caller expects; nil: what the store holds.
    ///   - options: but for the size of the map, which is the label's.
    package static func open(
        directory: String, configuration expected: Configuration? = nil, acceptNormaliser: Bool = false,
        options: Environment.Options = Environment.Options()
    ) throws -> Store {
        guard let current = try? String(contentsOfFile: directory + "/CURRENT", encoding: .utf8) else {
            throw StoreError.noStore(directory: directory)
        }
        let label = try StoreLabel(file: directory + "/STORE")
        guard label.format <= format else { throw StoreError.newerFormat(found: label.format, known: format) }
        let keyPath = label.keyFile.hasPrefix("/") ? label.keyFile : directory + "/" + label.keyFile
        let keyRing = try KeyRing(root: try RootKey.load(from: keyPath))
        guard keyRing.keyCheckValue == label.keyCheck else { throw StoreError.wrongKey(path: keyPath) }
        let generation = current.trimmingCharacters(in: .whitespacesAndNewlines)
        var options = options
        options.mapSize = label.mapBytes
        let environment = try openEnvironment(directory, generation, options)
        guard let environment else {
            return try open(
                directory: directory, configuration: expected, acceptNormaliser: acceptNormaliser, options: options)
        }
        let texts = try environment.read { transaction in
            (
                configuration: try transaction.get(Tables.meta, MetaKey(.configuration)),
                normalisers: try transaction.get(Tables.meta, MetaKey(.normalisers)),
                keyCheck: try transaction.get(Tables.meta, MetaKey(.keyCheck))
            )
        }
        guard let text = texts.configuration, let normalisers = texts.normalisers else {
            throw StoreError.damaged("meta holds no configuration")
        }
        guard texts.keyCheck == keyRing.keyCheckValue else { throw StoreError.wrongKey(path: keyPath) }
        let configuration = try Configuration(yaml: String(decoding: text, as: UTF8.self), file: "(store)")
        if let expected, expected.hash != configuration.hash {
            throw StoreError.differentConfiguration(configuration.differences(from: expected))
        }
        let held = String(decoding: normalisers, as: UTF8.self)
        let known = Normaliser.versions.joined(separator: "; ")
        guard held == known || acceptNormaliser else {
            throw StoreError.differentNormaliser(["the store has \(held), this machine \(known)"])
        }
        return Store(
            directory: directory, generation: generation, environment: environment, keyRing: keyRing,
            configuration: configuration)
    }

    /// Nil where the generation went while it was looked for, and CURRENT names another now.
    private static func openEnvironment(
        _ directory: String, _ generation: String, _ options: Environment.Options
    ) throws -> Environment? {
        do {
            return try Environment(directory: directory + "/" + generation, tables: Tables.all, options: options)
        } catch {
            let now = try? String(contentsOfFile: directory + "/CURRENT", encoding: .utf8)
            if now?.trimmingCharacters(in: .whitespacesAndNewlines) != generation { return nil }
            throw error
        }
    }

    package static func exists(_ directory: String) -> Bool {
        FileManager.default.fileExists(atPath: directory + "/CURRENT")
    }

    /// Whether the root key lies beside the data.
    package static func keyLiesInside(_ directory: String) throws -> Bool {
        try !StoreLabel(file: directory + "/STORE").keyFile.hasPrefix("/")
    }

    static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError.unreadable(path: path, problem: "cannot be made; check the path and its permissions")
        }
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
