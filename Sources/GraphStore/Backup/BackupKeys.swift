internal import Glibc
package import Identity
internal import LMDB

/// The keys that backups are sealed under, in the file `backup.keys` beside the store: one for each day and expiry, wrapped by the
/// store's own. At its expiry a key is overwritten in its place, and every backup under it is unreadable, wherever a copy of
/// it lies. Without this file no backup can be read: keep a copy of it elsewhere, and expire that too.
///
///     0       8        16    24        32      40        128
///     +-------+--------+-----+---------+-------+---------+
///     | magic | number | day | expires | count | wrapped |      an entry; all zeros behind `expires` once it has expired
///     +-------+--------+-----+---------+-------+---------+
package final class BackupKeys: Sendable {
    /// A key that is held.
    struct Entry: Hashable, Sendable {
        /// From 1, never used again.
        var number: UInt64
        /// Milliseconds since 1970 at which the day began, and at which the key ends.
        var day: Timestamp
        var expires: Timestamp
        /// Backups under it.
        var count: UInt64
        /// Empty once it has expired.
        var wrapped: [UInt8]

        static let byteCount = 128
        static let wrappedBytes = 60
        static let magic = Array("SLVBKEY1".utf8)

        var isExpired: Bool { wrapped.isEmpty }

        var bytes: [UInt8] {
            var bytes = Self.magic
            let told: UInt64 = isExpired ? 0 : count
            for word in [number, UInt64(day.milliseconds), UInt64(expires.milliseconds), told] {
                bytes += MetaBytes.encode(word)
            }
            bytes += wrapped
            bytes += [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
            return bytes
        }

        init(number: UInt64, day: Timestamp, expires: Timestamp, count: UInt64, wrapped: [UInt8]) {
            self.number = number
            self.day = day
            self.expires = expires
            self.count = count
            self.wrapped = wrapped
        }

        init?(_ bytes: ArraySlice<UInt8>) {
            guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
            func word(_ place: Int) -> UInt64 {
                bytes[bytes.startIndex + place..<bytes.startIndex + place + 8].reduce(0) { $0 << 8 | UInt64($1) }
            }
            let wrapped = Array(bytes[bytes.startIndex + 40..<bytes.startIndex + 40 + Self.wrappedBytes])
            self.init(
                number: word(8), day: Timestamp(milliseconds: Int64(clamping: word(16))),
                expires: Timestamp(milliseconds: Int64(clamping: word(24))), count: word(32),
                wrapped: wrapped.allSatisfy { $0 == 0 } ? [] : wrapped)
        }

        /// What the wrapped key is bound to.
        var associated: [UInt8] {
            var bytes = Array("selvedge backup key 1".utf8)
            for word in [number, UInt64(day.milliseconds), UInt64(expires.milliseconds)] {
                bytes += MetaBytes.encode(word)
            }
            return bytes
        }
    }

    package let path: String
    private let file: SlotFile
    private let vault: DataKeyVault

    package static let name = "backup.keys"
    private static let dayMilliseconds: Int64 = 86_400_000

    /// - Parameter path: made where it is not there.
    package init(at path: String, keyRing: KeyRing) throws {
        self.path = path
        vault = DataKeyVault(wrapping: keyRing.slotSealer, capacity: 16)
        file = try Self.openFile(path)
    }

    private static func openFile(_ path: String) throws(SlotError) -> SlotFile {
        do throws(SlotError) {
            let file = try SlotFile.create(path)
            try file.syncDirectory()
            return file
        } catch {
            guard case .exists = error else { throw error }
            return try SlotFile.open(path, forWriting: true)
        }
    }

    /// Those that are there; nil: no backup was ever made.
    package static func existing(at path: String, keyRing: KeyRing) throws -> BackupKeys? {
        // Sound: the path is a Swift string, lent for the call.
        guard unsafe access(path, F_OK) == 0 else { return nil }
        return try BackupKeys(at: path, keyRing: keyRing)
    }

    // MARK: Keys

    /// Makes room for a backup under the key of a day and expiry, a new one where there is none, and counts it.
    ///
    /// - Returns: the key's number, and the end of the day on which it expires.
    func begin(at now: Timestamp, expires: Timestamp, random: some RandomSource) throws -> (
        number: UInt64, expires: Timestamp
    ) {
        try locked {
            let (day, end) = (Self.day(now), Self.day(expires, roundedUp: true))
            var entries = try self.entries()
            if let place = entries.firstIndex(where: { $0.day == day && $0.expires == end && !$0.isExpired }) {
                entries[place].count += 1
                try write(entries[place])
                return (entries[place].number, end)
            }
            let number = UInt64(entries.count) + 1
            var entry = Entry(number: number, day: day, expires: end, count: 1, wrapped: [])
            entry.wrapped = try vault.makeKey(associated: entry.associated, random: random).bytes
            try write(entry)
            return (number, end)
        }
    }

    /// Overwrites the keys that have ended, and reads them back from the disk.
    ///
    /// - Returns: how many.
    @discardableResult
    package func expire(at now: Timestamp) throws -> Int {
        try locked {
            var gone = 0
            for var entry in try entries() where !entry.isExpired && entry.expires <= now {
                entry.wrapped = []
                try write(entry)
                vault.forget(Self.id(entry.number))
                let offset = Self.offset(entry.number)
                let page = try file.readBack(pageAt: offset)
                let start = offset % SlotHeader.pageSize
                guard page.count >= start + Entry.byteCount,
                    page[start..<start + Entry.byteCount].elementsEqual(entry.bytes)
                else { throw BackupError.inputOutput(path: path, problem: "a key that has ended is still on the disk") }
                gone += 1
            }
            return gone
        }
    }

    /// Backups that can still be read, and when the last of them ends; nil: there is none.
    package func pending() throws -> (count: Int, until: Timestamp)? {
        let held = try entries().filter { !$0.isExpired }
        guard let last = held.map(\.expires).max() else { return nil }
        return (held.reduce(0) { $0 + Int(clamping: $1.count) }, last)
    }

    // MARK: Sealing

    func seal(_ plain: [UInt8], number: UInt64, associated: [UInt8]) throws -> [UInt8] {
        try vault.seal(plain, under: Self.id(number), associated: associated) { try self.load(number) }
    }

    func open(_ sealed: [UInt8], number: UInt64, associated: [UInt8]) throws -> [UInt8] {
        try vault.open(sealed.rawBytes, under: Self.id(number), associated: associated.rawBytes) {
            try self.load(number)
        }
    }

    private func load(_ number: UInt64) throws -> WrappedDataKey {
        guard let entry = try entries().first(where: { $0.number == number }) else {
            throw BackupError.noKey(path: path)
        }
        guard !entry.isExpired else { throw BackupError.expired(path: path) }
        return WrappedDataKey(bytes: entry.wrapped, associated: entry.associated)
    }

    // MARK: The file

    private static func id(_ number: UInt64) -> DataKeyID { DataKeyID(slot: number, generation: 0) }

    private static func offset(_ number: UInt64) -> Int { Int(number - 1) * Entry.byteCount }

    private static func day(_ time: Timestamp, roundedUp: Bool = false) -> Timestamp {
        let day = time.milliseconds / dayMilliseconds
        let isOver = roundedUp && time.milliseconds % dayMilliseconds != 0
        return Timestamp(milliseconds: (day + (isOver ? 1 : 0)) * dayMilliseconds)
    }

    private func entries() throws -> [Entry] {
        let bytes = try file.read(at: 0, count: try file.size())
        var entries: [Entry] = []
        for start in stride(from: 0, to: bytes.count / Entry.byteCount * Entry.byteCount, by: Entry.byteCount) {
            guard let entry = Entry(bytes[start..<start + Entry.byteCount]), Int(entry.number) == entries.count + 1
            else { throw BackupError.altered(path: path) }
            entries.append(entry)
        }
        return entries
    }

    private func write(_ entry: Entry) throws {
        try file.write(entry.bytes, at: Self.offset(entry.number))
        try file.sync()
    }

    /// One process at a time changes the file.
    private func locked<Value>(_ body: () throws -> Value) throws -> Value {
        let lock = try SlotFile.open(path, forWriting: true)
        guard lock.lockWhole() else { throw BackupError.inputOutput(path: path, problem: "it cannot be locked") }
        defer { withExtendedLifetime(lock) {} }
        return try body()
    }
}
