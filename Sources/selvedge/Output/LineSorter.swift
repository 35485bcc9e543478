internal import Backfill
internal import Foundation

/// Sorts more lines than memory holds: they are gathered in runs of bounded size, each sorted and written to a file, and the
/// runs merged.
///
/// The files have no name: nothing is left of them however the process ends.
struct LineSorter: ~Copyable {
    /// Where files may be written.
    private let directory: String
    /// Bytes of a run in memory.
    private let runBytes: Int
    private var bytes: [UInt8] = []
    private var lines: [Line] = []
    private var runs: [SortedRun] = []

    /// A line in `bytes`: its key, then its text.
    private struct Line {
        /// The first eight bytes, zeros where there are fewer: most comparisons need no more.
        var prefix: UInt64
        var start: Int
        var keyCount: UInt32
        var textCount: UInt32

        var end: Int { start + Int(keyCount) + Int(textCount) }
    }

    init(directory: String, runBytes: Int = 64 << 20) {
        self.directory = directory
        self.runBytes = runBytes
    }

    deinit { for run in runs { run.close() } }

    mutating func add(key: [UInt8], text: [UInt8]) throws {
        if !bytes.isEmpty, bytes.count + key.count + text.count > runBytes { try spill() }
        let start = bytes.count
        bytes.append(contentsOf: key)
        bytes.append(contentsOf: text)
        var prefix: UInt64 = 0
        for place in start..<start + 8 { prefix = prefix << 8 | (place < bytes.count ? UInt64(bytes[place]) : 0) }
        lines.append(
            Line(prefix: prefix, start: start, keyCount: UInt32(key.count), textCount: UInt32(text.count)))
    }

    /// Hands over the texts, ascending by key and then by text. Call once.
    mutating func finish(_ body: ([UInt8]) throws -> Void) throws {
        sort()
        guard !runs.isEmpty else {
            for line in lines { try body(Array(bytes[line.start + Int(line.keyCount)..<line.end])) }
            return
        }
        try spill()
        var heads: [SortedRun.Entry] = []
        for index in runs.indices { if let head = try runs[index].next(of: index) { heads.append(head) } }
        heads.sort { $0.isBefore($1) }
        while let least = heads.first {
            try body(Array(least.bytes[least.keyCount...]))
            heads.removeFirst()
            guard let next = try runs[least.run].next(of: least.run) else { continue }
            var (low, high) = (0, heads.count)
            while low < high {
                let middle = (low + high) / 2
                if heads[middle].isBefore(next) { low = middle + 1 } else { high = middle }
            }
            heads.insert(next, at: low)
        }
    }

    private mutating func sort() {
        let bytes = bytes
        lines.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            return bytes[left.start..<left.end].lexicographicallyPrecedes(bytes[right.start..<right.end])
        }
    }

    private mutating func spill() throws {
        sort()
        let run = try SortedRun(in: directory)
        runs.append(run)
        var waiting: [UInt8] = []
        for line in lines {
            for count in [line.keyCount, line.textCount] {
                for shift in [UInt32(24), 16, 8, 0] { waiting.append(UInt8(truncatingIfNeeded: count >> shift)) }
            }
            waiting.append(contentsOf: bytes[line.start..<line.end])
            if waiting.count >= 1 << 20 { try run.write(&waiting) }
        }
        try run.write(&waiting)
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
    }
}

/// A sorted run in a file without a name: | key length 4 | text length 4 | key | text | for each line.
private struct SortedRun {
    struct Entry {
        var bytes: [UInt8]
        var keyCount: Int
        var run: Int

        func isBefore(_ other: Entry) -> Bool { bytes.lexicographicallyPrecedes(other.bytes) }
    }

    private let file: Descriptor
    private var buffer: [UInt8] = []
    private var place = 0
    private var isRewound = false

    init(in directory: String) throws {
        let path = directory + "/.sort-\(UUID().uuidString)"
        do {
            file = try Descriptor.open(path, O_RDWR | O_CREAT | O_EXCL)
        } catch {
            throw Failure(.refusedInput, "\(directory) cannot hold files to sort in: \(error)")
        }
        // Sound: a path is a terminated string for the call.
        _ = unsafe unlink(path)
    }

    func close() { file.close() }

    func write(_ bytes: inout [UInt8]) throws {
        let code = file.write(bytes)
        guard code == 0 else {
            throw Failure(.refusedInput, "what is sorted cannot be written beside it: \(systemMessage(code))")
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// The next line; nil at the end.
    mutating func next(of run: Int) throws -> Entry? {
        if !isRewound {
            lseek(file.number, 0, SEEK_SET)
            isRewound = true
        }
        guard try fill(8) else { return nil }
        let counts = [place, place + 4].map { start in
            buffer[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard try fill(8 + counts[0] + counts[1]) else { return nil }
        let start = place + 8
        place = start + counts[0] + counts[1]
        return Entry(bytes: Array(buffer[start..<place]), keyCount: counts[0], run: run)
    }

    /// Has `count` bytes from `place` on in the buffer; false at the end of the file.
    private mutating func fill(_ count: Int) throws -> Bool {
        while buffer.count - place < count {
            if place > 0 {
                buffer.removeFirst(place)
                place = 0
            }
            let got: Int
            do { got = try file.read(1 << 20, into: &buffer) } catch {
                throw Failure(.refusedInput, "what was sorted cannot be read again: \(error)")
            }
            if got == 0 { return false }
        }
        return true
    }
}
