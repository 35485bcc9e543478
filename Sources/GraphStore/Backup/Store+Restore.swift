internal import Foundation
internal import Identity
package import LMDB

extension Store {
    /// What says, in a directory, that a restore of it has not ended: it is not opened for anything else.
    static let restoringMark = "/RESTORING"

    /// Makes a store of a backup, in a directory that holds none. It cannot be opened but with `isRestoring` until
    /// `endRestore` is called: what was erased or withdrawn since the backup has to be done again first.
    ///
    /// - Parameters:
    ///   - keyFile: the root key that the store was made with; nil: `root.key`, which lies in the directory already.
    ///   - keysPath: the backup keys; nil: those that lie in the directory.
    ///   - progress: called now and then with the rows so far; what it throws stops the restore.
    /// - Throws: `BackupError`; the directory is as it was then, but for a kill, after which the mark is left.
    package static func restore(
        from path: String, to directory: String, keyFile: String?, keysPath: String? = nil,
        options: Environment.Options = Environment.Options(), progress: (Int) throws -> Void = { _ in }
    ) throws -> BackupReport {
        if exists(directory) { throw StoreError.exists(directory: directory) }
        let reader = try SealedStream.Reader(.backup, path: path)
        let head = try BackupHead(reader.head, of: path)
        var label = try StoreLabel(text: head.label, of: path)
        guard label.format <= format else { throw StoreError.newerFormat(found: label.format, known: format) }
        let isInside = keyFile == nil
        let place = keyFile.map { absolute(RootKeyPlace($0)) } ?? .file(path: "root.key")
        label.keyFile = place.text
        let keeping = StoreKeys(place: place, directory: directory)
        let bundle = try bundle(head.bundle, keeping)
        let keyRing = try KeyRing(bundle: bundle)
        guard keyRing.keyCheckValue == label.keyCheck else { throw StoreError.wrongKey(path: keeping.placeText) }
        let keysPath = keysPath ?? directory + "/" + BackupKeys.name
        guard let keys = try BackupKeys.existing(at: keysPath, keyRing: keyRing) else {
            throw BackupError.noKey(path: keysPath)
        }
        let traces = StoreTraces(of: directory, isInside ? keeping.placeText : nil)
        do {
            try makeDirectory(directory)
            try StoreFiles.replace(directory + restoringMark, with: "\(head.taken)\n")
            var restored = try Restored(directory, label, options, path)
            while let piece = try reader.next({ try keys.open($0, number: head.key, associated: $1) }) {
                try restored.take(piece)
                try progress(restored.rows)
            }
            try restored.finish(keyRing)
            if !head.bundle.isEmpty {
                try keeping.file.write(bundle, by: keeping.keeper(), random: SystemRandom())
            }
            try StoreFiles.replace(directory + "/STORE", with: label.text)
            try StoreFiles.replace(directory + "/CURRENT", with: "gen-1\n")
            var report = BackupReport(taken: head.taken, expires: head.expires)
            report.rows = restored.rows
            return report
        } catch BackupError.expired {
            traces.remove()
            throw BackupError.expired(path: path)
        } catch {
            traces.remove()
            throw error
        }
    }

    /// The store's keys: unwrapped, or derived from the root key where the store has no bundle.
    private static func bundle(_ bytes: [UInt8], _ keeping: StoreKeys) throws -> KeyBundle {
        if bytes.isEmpty {
            guard let root = try keeping.place.load(in: keeping.directory) else {
                throw StoreError.wrongKey(path: keeping.placeText)
            }
            return try KeyBundle(derivedFrom: root)
        }
        do { return try KeyBundle(unwrapping: bytes, by: keeping.keeper()) } catch KeyError.cannotUnwrap {
            throw StoreError.wrongKey(path: keeping.placeText)
        }
    }

    /// The store is one like any other from now on.
    package static func endRestore(_ directory: String) throws {
        do { try FileManager.default.removeItem(atPath: directory + restoringMark) } catch {
            throw BackupError.inputOutput(path: directory + restoringMark, problem: "cannot be removed")
        }
        try StoreFiles.syncDirectory(directory)
    }

    static func isRestoring(_ directory: String) -> Bool {
        FileManager.default.fileExists(atPath: directory + restoringMark)
    }
}

/// The first generation of a store that is restored.
private struct Restored {
    private(set) var rows = 0
    private let environment: Environment
    private let directory: String
    private let path: String
    private let tables: [UInt8: TableDeclaration]
    private var counts: [UInt8: UInt64] = [:]
    private var slots: (file: SlotFile, length: Int)?
    private var isWhole = false

    init(_ directory: String, _ label: StoreLabel, _ options: Environment.Options, _ path: String) throws {
        self.directory = directory
        self.path = path
        tables = Dictionary(uniqueKeysWithValues: Tables.all.map { ($0.number, $0) })
        let generation = directory + "/gen-1"
        try Store.makeDirectory(generation)
        var options = options
        options.mapSize = label.mapBytes
        environment = try Environment(directory: generation, tables: Tables.all, options: options)
    }

    /// A piece is a transaction.
    mutating func take(_ piece: [UInt8]) throws {
        var reader = PieceReader(piece, of: path)
        var transaction = try environment.beginWrite()
        while !reader.isAtEnd {
            guard !isWhole, let item = BackupItem(rawValue: UInt8(try reader.number(1))) else {
                throw BackupError.altered(path: path)
            }
            switch item {
            case .slots: try takeSlots(try reader.take(Int(try reader.number(4))))
            case .row:
                guard let table = tables[UInt8(try reader.number(1))] else {
                    throw StoreError.newerFormat(found: Store.format + 1, known: Store.format)
                }
                let key = try reader.take(table.keyWidth)
                try transaction.appendRaw(table, key: key, value: try reader.take(Int(try reader.number(4))))
                counts[table.number, default: 0] += 1
                rows += 1
            case .end: try takeEnd(&reader)
            }
        }
        try transaction.commit()
    }

    private mutating func takeSlots(_ bytes: [UInt8]) throws {
        var slots = try slots ?? (SlotFile.create(directory + "/" + StoreKeys.slotsName), 0)
        try slots.file.write(bytes, at: slots.length)
        slots.length += bytes.count
        self.slots = slots
    }

    private mutating func takeEnd(_ reader: inout PieceReader) throws {
        var told: [UInt8: UInt64] = [:]
        for _ in 0..<(try reader.number(1)) { told[UInt8(try reader.number(1))] = try reader.number(8) }
        guard told == counts else { throw BackupError.altered(path: path) }
        isWhole = true
    }

    func finish(_ keyRing: KeyRing) throws {
        guard isWhole else { throw BackupError.truncated(path: path) }
        if let slots {
            try slots.file.sync()
            try slots.file.syncDirectory()
            // Slots that were given since the backup, in a past that is gone, are not taken for those that are given now.
            try KeySlots.open(at: slots.file.path, keyRing: keyRing, forWriting: true).beginGeneration()
        }
        try StoreFiles.syncDirectory(directory + "/gen-1")
    }
}
