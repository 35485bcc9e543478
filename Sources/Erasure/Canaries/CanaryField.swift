internal import LMDB

/// A scratch store in which canaries lie where LMDB leaves what was deleted, and a file in which they lie in every form: what
/// a scanner must see before it is believed about anything else.
///
/// Canaries are planted as a store's rows are lost: rows deleted (their pages become free; in pages still in use they lie in
/// the gap), long values shortened (they lie behind the end), values that run over the edge of a page. Where each of them
/// lies then is found by a plain search for a mark that all of them begin with, without any of the scanner's code.
package struct CanaryField: Sendable {
    /// Where a canary lies.
    package enum Place: String, Hashable, Sendable, CaseIterable {
        case freePage = "free_page"
        case pageGap = "page_gap"
        case overflowTail = "overflow_tail"
        case pageEdge = "page_edge"
        /// In a row that is there.
        case row
        /// In a text file, in one of the forms.
        case text
    }

    /// A canary that is known to lie somewhere.
    struct Sighting: Hashable {
        var file: String
        var offset: Int
        var form: NeedleForm
        var needle: Int
    }

    let directory: String
    let needles: [Needle]
    private(set) var sightings: [Place: Set<Sighting>] = [:]

    /// Fewer of a kind would prove little.
    static let fewest = 20

    /// Plants the canaries in an empty directory, which stays the caller's to remove.
    ///
    /// - Parameters:
    ///   - count: canaries, 200 to 100,000; each is 16 bytes.
    ///   - generator: draws them.
    package init(
        planting count: Int, in directory: String, using generator: inout some RandomNumberGenerator
    ) throws(ScanError) {
        self.directory = directory
        let count = min(max(count, 200), 100_000)
        let mark = generator.next() | 0x0101_0101_0101_0101
        needles = (0..<count).compactMap { _ in Needle(Self.bytes(mark) + Self.bytes(generator.next())) }
        do {
            let scratch = try ScratchStore(directory: directory)
            try scratch.plant(needles.map(\.bytes))
            let remains = try scratch.environment.pageRemains()
            let page = try scratch.environment.pageSize
            let bytes = try PlantedFile.read(directory + "/data.mdb")
            locate(Self.bytes(mark), in: bytes, remains, page)
            try plantTexts()
        } catch let error as ScanError { throw error } catch { throw .scratch("\(error)") }
        for place in Place.allCases where sightings[place, default: []].count < Self.fewest {
            throw .scratch("only \(sightings[place, default: []].count) canaries came to lie in a \(place.rawValue)")
        }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
    }

    /// The plain search: every occurrence of the mark, its canary by the bytes behind it.
    private mutating func locate(_ mark: [UInt8], in bytes: [UInt8], _ remains: PageRemains, _ page: Int) {
        let numbers = Dictionary(needles.enumerated().map { ($1.bytes, $0) }, uniquingKeysWith: { first, _ in first })
        guard bytes.count >= 16 else { return }
        for offset in 0...bytes.count - 16 where bytes[offset] == mark[0] && bytes[offset + 1] == mark[1] {
            guard let number = numbers[Array(bytes[offset..<offset + 16])] else { continue }
            let sighting = Sighting(file: "data.mdb", offset: offset, form: .raw, needle: number)
            for place in Self.places(of: offset..<offset + 16, remains, page) {
                sightings[place, default: []].insert(sighting)
            }
        }
    }

    private static func places(of range: Range<Int>, _ remains: PageRemains, _ page: Int) -> [Place] {
        func lies(in ranges: [Range<Int>]) -> Bool {
            ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
        }
        let crosses = range.lowerBound / page != (range.upperBound - 1) / page
        if crosses { return [.pageEdge] }
        if lies(in: remains.freePages) { return [.freePage] }
        if lies(in: remains.gaps) { return [.pageGap] }
        if lies(in: remains.tails) { return [.overflowTail] }
        return [.row]
    }

    /// Every form of some canaries, one after the other with gaps of every width, so that they begin at every alignment.
    private mutating func plantTexts() throws(ScanError) {
        var bytes: [UInt8] = []
        for number in 0..<min(needles.count, 40) {
            for form in NeedleForm.allCases {
                guard let pattern = needles[number].pattern(form) else { continue }
                bytes += [UInt8](repeating: UInt8(ascii: "."), count: bytes.count % 13 + number % 3)
                sightings[.text, default: []].insert(
                    Sighting(file: "canaries.txt", offset: bytes.count, form: form, needle: number))
                bytes += pattern
            }
        }
        try PlantedFile.write(bytes, to: directory + "/canaries.txt")
    }

    /// How many were planted in each place.
    package var planted: [Place: Int] { sightings.mapValues(\.count) }
}
