package import Identity
internal import Synchronization

/// The data keys of a store: the file `keys.slots`, outside of LMDB, whose copy-on-write would keep old copies.
///
/// A slot is given once, to one owner. Its key is written and synced before the commit that first uses it, and overwritten in
/// its place when its owner is erased: what was sealed under it then reads as erased, wherever a copy of it lies. One process
/// writes (the holder of the writer's lock), any number read.
///
///     0        4,096     4,224     4,352
///     +--------+---------+---------+-----
///     | header |  slot 0 |  slot 1 | ...        128 bytes each, zeros behind the last
///     +--------+---------+---------+-----
package final class KeySlots: Sendable {
    package let path: String
    let file: SlotFile
    let vault: DataKeyVault
    /// Nil for those who read.
    let writer: Mutex<Writer?>
    /// For those who do not write: the count of shreds that the keys at hand are of.
    private let isReader: Bool
    private let seenShreds: Mutex<UInt64>

    struct Writer: Sendable {
        var header: SlotHeader
        /// The number that is given next.
        var next: UInt64
        /// Bytes that are known to be there.
        var length: Int
        var isSynced: Bool
        var shreds: UInt64
    }

    private init(file: SlotFile, vault: DataKeyVault, writer: Writer?, shreds: UInt64) {
        path = file.path
        self.file = file
        self.vault = vault
        isReader = writer == nil
        self.writer = Mutex(writer)
        seenShreds = Mutex(shreds)
    }

    /// Makes the file, without a slot, durable.
    package static func create(at path: String) throws(SlotError) {
        let file = try SlotFile.create(path)
        var page = [UInt8](repeating: 0, count: SlotHeader.pageSize)
        let header = SlotHeader()
        page.replaceSubrange(header.offset..<header.offset + SlotHeader.byteCount, with: header.bytes)
        try file.write(page, at: 0)
        _ = try file.grow(to: SlotHeader.pageSize + Slot.byteCount)
        try file.sync()
        try file.syncDirectory()
    }

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - forWriting: by the holder of the writer's lock alone, who calls `sweep` before it gives a slot.
    ///   - cachedKeys: data keys kept unwrapped in locked memory, 32 bytes each: 4 MiB of them, half of what a process
    ///     may commonly lock. Memory is taken as keys come.
    package static func open(
        at path: String, keyRing: KeyRing, forWriting: Bool, cachedKeys: Int = 131_072
    ) throws(SlotError) -> KeySlots {
        let file = try SlotFile.open(path, forWriting: forWriting)
        let page = try file.read(at: 0, count: SlotHeader.pageSize)
        guard page.count == SlotHeader.pageSize, let header = SlotHeader.newest(of: page) else {
            throw .unreadable(path: path, problem: "its head is not that of a file of key slots")
        }
        let shreds = Self.shreds(in: page)
        let vault = DataKeyVault(wrapping: keyRing.slotSealer, capacity: cachedKeys)
        var writer: Writer?
        if forWriting {
            writer = Writer(
                header: header, next: try firstFree(file, from: header.swept), length: try file.size(), isSynced: true,
                shreds: shreds)
        }
        return KeySlots(file: file, vault: vault, writer: writer, shreds: shreds)
    }

    /// Whether shredding writes over the old bytes here: false on file systems that copy on write.
    package var overwritesInPlace: Bool { file.overwritesInPlace() }

    /// Slots that were ever given, those that were shredded among them.
    package var given: UInt64 { writer.withLock { $0?.next } ?? 0 }

    static func offset(of slot: UInt64) -> Int { SlotHeader.pageSize + Int(slot) * Slot.byteCount }

    /// The number behind the last slot that is not free.
    private static func firstFree(_ file: SlotFile, from swept: UInt64) throws(SlotError) -> UInt64 {
        var next = swept
        var number = swept
        while true {
            let bytes = try file.read(at: offset(of: number), count: 1 << 20)
            let slots = (bytes.count + Slot.byteCount - 1) / Slot.byteCount
            for index in 0..<slots {
                let end = min((index + 1) * Slot.byteCount, bytes.count)
                if bytes[index * Slot.byteCount..<end].contains(where: { $0 != 0 }) {
                    next = number + UInt64(index) + 1
                }
            }
            number += UInt64(slots)
            if bytes.count < 1 << 20 { return next }
        }
    }

    static func shreds(in page: [UInt8]) -> UInt64 {
        page[SlotHeader.shredsOffset..<SlotHeader.shredsOffset + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Drops the keys at hand: each is unwrapped anew when it is next needed.
    package func forgetKeys() { vault.forgetAll() }

    /// Drops the keys at hand where another process has shredded a slot since they were read.
    func noticeShreds() throws(SlotError) {
        guard isReader else { return }
        let bytes = try file.read(at: SlotHeader.shredsOffset, count: 8)
        let shreds = bytes.reduce(0) { $0 << 8 | UInt64($1) }
        let isNew = seenShreds.withLock { seen in
            defer { seen = shreds }
            return seen != shreds
        }
        if isNew { vault.forgetAll() }
    }
}
