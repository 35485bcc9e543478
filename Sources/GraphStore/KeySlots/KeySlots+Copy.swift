internal import Identity
internal import Synchronization

extension KeySlots {
    /// Copies the slots for a backup, which has opened its snapshot before: every slot that the snapshot uses is in the copy,
    /// whole, or shredded where it was shredded since. Slots that are being given meanwhile may be torn in the copy; they are
    /// nobody's there, and the sweep of a restore takes them. Written anew at `target`, durable.
    ///
    /// - Returns: bytes written.
    @discardableResult
    package func copy(to target: String) throws(SlotError) -> Int {
        let copy = try SlotFile.create(target)
        let step = 1 << 20
        var offset = 0
        while true {
            let bytes = try file.read(at: offset, count: step)
            if bytes.isEmpty { break }
            try copy.write(bytes, at: offset)
            offset += bytes.count
            if bytes.count < step { break }
        }
        guard offset >= SlotHeader.pageSize else {
            throw .unreadable(path: path, problem: "it ends inside its head")
        }
        try copy.sync()
        try copy.syncDirectory()
        return offset
    }
}
