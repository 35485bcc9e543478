internal import Foundation
package import Identity
package import LMDB

/// A store in a directory: its generation's environment, its keys and its configuration.
///
/// The directory holds `CURRENT` (the name of the generation in use, replaced atomically), `gen-1` (LMDB's data
/// and lock file), `STORE` (format, where the root key lies, its check value, the map's size), `keys.bundle` (the store's keys,
/// wrapped), `keys.slots` (a data key a node) and `writer.lock`.
package final class Store: Sendable {
    package let directory: String
    /// The name of the generation that is open, such as `gen-1`.
    package let generation: String
    package let environment: Environment
    package let keyRing: KeyRing
    /// Seals and opens what lies under the data key of a node.
    package let sealing: Sealing
    /// Brings identity keys to the version that the store holds.
    package let storedKeys: StoredKeys
    package let configuration: Configuration

    /// The format that this program writes; a newer one is refused, an older one read.
    package static let format = 1

    private init(
        directory: String, generation: String, environment: Environment, keyRing: KeyRing, sealing: Sealing,
        storedKeys: StoredKeys, configuration: Configuration
    ) {
        self.directory = directory
        self.generation = generation
        self.environment = environment
        self.keyRing = keyRing
        self.sealing = sealing
        self.storedKeys = storedKeys
        self.configuration = configuration
    }

    /// Makes an empty store with keys of its own. Nothing is left behind where it fails.
    ///
    /// - Parameters:
    ///   - keyFile: where the root key is or is to be, as `RootKeyPlace` writes it; nil: `root.key` in the directory.
    ///   - other: the directory of a store whose keys this one is to have, so that their digests can be compared.
    ///   - options: but for the size of the map, which is the configuration's.
    package static func create(
        directory: String, configuration: Configuration, keyFile: String?, keysOf other: String? = nil,
        random: some RandomSource, options: Environment.Options = Environment.Options()
    ) throws {
        if exists(directory) { throw StoreError.exists(directory: directory) }
        let keys = StoreKeys(
            place: keyFile.map { absolute(RootKeyPlace($0)) } ?? .file(path: "root.key"), directory: directory)
        let isFile = if case .file = keys.place { true } else { false }
        let traces = StoreTraces(of: directory, isFile ? keys.placeText : nil)
        do {
            let bundle = try other.map { try StoreKeys(directory: $0).load() } ?? KeyBundle(random: random)
            // A key that is there is read before anything is made.
            let isThere = !isFile || FileManager.default.fileExists(atPath: keys.placeText)
            let held = isThere ? try keys.makeKeeper(random: random) : nil
            try makeDirectory(directory)
            let keeper = try held ?? keys.makeKeeper(random: random)
            let label = StoreLabel(
                format: format, keyFile: keys.place.text, keyCheck: try KeyRing(bundle: bundle).keyCheckValue,
                mapBytes: configuration.limits.mapBytes)
            try keys.file.write(bundle, by: keeper, random: random)
            try KeySlots.create(at: directory + "/" + StoreKeys.slotsName)
            try fill(directory, configuration, label, options)
            try StoreFiles.replace(directory + "/STORE", with: label.text)
            try StoreFiles.replace(directory + "/CURRENT", with: "gen-1\n")
        } catch {
            traces.remove()
            throw error
        }
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
    ///   - isRestoring: opens it though a restore of it has not ended; only the restore does.
    ///   - options: but for the size of the map, which is the label's.
    ///   - isWriter: whether the caller holds the writer's lock; nil: where the options are for writing.
    ///   - random: where data keys come from.
    package static func open(
        directory: String, configuration expected: Configuration? = nil, acceptNormaliser: Bool = false,
        options: Environment.Options = Environment.Options(), isWriter: Bool? = nil, isRestoring: Bool = false,
        random: some RandomSource = SystemRandom()
    ) throws -> Store {
        guard isRestoring || !self.isRestoring(directory) else { throw BackupError.unfinished(directory: directory) }
        guard let current = try? String(contentsOfFile: directory + "/CURRENT", encoding: .utf8) else {
            throw StoreError.noStore(directory: directory)
        }
        let (label, keys, keyRing) = try unlock(directory)
        if isWriter ?? !options.readOnly { try keys.settle() }
        let generation = current.trimmingCharacters(in: .whitespacesAndNewlines)
        var options = options
        options.mapSize = label.mapBytes
        let environment = try openEnvironment(directory, generation, options)
        guard let environment else {
            return try open(
                directory: directory, configuration: expected, acceptNormaliser: acceptNormaliser, options: options,
                isWriter: isWriter, isRestoring: isRestoring, random: random)
        }
        let texts = try environment.read { transaction in
            (
                configuration: try transaction.get(Tables.meta, MetaKey(.configuration)),
                normalisers: try transaction.get(Tables.meta, MetaKey(.normalisers)),
                keyCheck: try transaction.get(Tables.meta, MetaKey(.keyCheck)),
                hasDataKeys: try transaction.count(Tables.dataKeys) > 0, keyVersion: try transaction.keyVersion()
            )
        }
        guard let text = texts.configuration, let normalisers = texts.normalisers else {
            throw StoreError.damaged("meta holds no configuration")
        }
        guard texts.keyCheck == keyRing.keyCheckValue else { throw StoreError.wrongKey(path: keys.placeText) }
        let configuration = try Configuration(yaml: String(decoding: text, as: UTF8.self), file: "(store)")
        if let expected, expected.hash != configuration.hash {
            throw StoreError.differentConfiguration(configuration.differences(from: expected))
        }
        let held = String(decoding: normalisers, as: UTF8.self)
        let known = Normaliser.versions.joined(separator: "; ")
        guard held == known || acceptNormaliser else {
            throw StoreError.differentNormaliser(["the store has \(held), this machine \(known)"])
        }
        let sealing = try openSealing(
            directory, keyRing, isWriter: isWriter ?? !options.readOnly, hasKeys: texts.hasDataKeys, random)
        environment.keepSealed(by: sealing)
        return Store(
            directory: directory, generation: generation, environment: environment, keyRing: keyRing, sealing: sealing,
            storedKeys: StoredKeys(keys, texts.keyVersion, isWriter: isWriter ?? !options.readOnly),
            configuration: configuration)
    }

    /// The file of slots; made by who writes where the store is older than slots.
    private static func openSealing(
        _ directory: String, _ keyRing: KeyRing, isWriter: Bool, hasKeys: Bool, _ random: some RandomSource
    ) throws -> Sealing {
        let path = directory + "/" + StoreKeys.slotsName
        let isThere = FileManager.default.fileExists(atPath: path)
        if !isThere, hasKeys { throw SlotError.notFound(path: path) }
        if !isThere, isWriter { try KeySlots.create(at: path) }
        let slots =
            isThere || isWriter ? try KeySlots.open(at: path, keyRing: keyRing, forWriting: isWriter) : nil
        return Sealing(slots, path: path, keyRing: keyRing, isWriter: isWriter, random: random)
    }

    /// What the label says, and the keys under the root key that it names. Another process may be changing that meanwhile.
    private static func unlock(_ directory: String) throws -> (StoreLabel, StoreKeys, KeyRing) {
        let label = try StoreLabel(file: directory + "/STORE")
        guard label.format <= format else { throw StoreError.newerFormat(found: label.format, known: format) }
        let keys = StoreKeys(place: RootKeyPlace(label.keyFile), directory: directory)
        do {
            let keyRing = try KeyRing(bundle: keys.load())
            guard keyRing.keyCheckValue == label.keyCheck else { throw StoreError.wrongKey(path: keys.placeText) }
            return (label, keys, keyRing)
        } catch let error as StoreError {
            guard case .wrongKey = error, try StoreLabel(file: directory + "/STORE").keyFile != label.keyFile else {
                throw error
            }
            return try unlock(directory)
        }
    }

    /// The same store in a generation that was published, whose environment is open.
    package func moved(to next: Generation) -> Store {
        Store(
            directory: directory, generation: next.name, environment: next.environment, keyRing: keyRing,
            sealing: sealing, storedKeys: storedKeys, configuration: configuration)
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
        try StoreKeys(directory: directory).liesInside
    }

    /// The signed heads of the audit.
    package var auditHeads: AuditHeadFile { AuditHeadFile(path: directory + "/audit.heads") }

    static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError.unreadable(path: path, problem: "cannot be made; check the path and its permissions")
        }
    }

    static func absolute(_ place: RootKeyPlace) -> RootKeyPlace {
        guard case .file(let path) = place, !path.hasPrefix("/") else { return place }
        return .file(path: FileManager.default.currentDirectoryPath + "/" + path)
    }
}

extension Environment {
    /// Commits nothing that is sealed under a key which is not durable.
    func keepSealed(by sealing: Sealing) {
        beforeCommit { () throws(LMDBError) in try sealing.sync() }
    }
}
