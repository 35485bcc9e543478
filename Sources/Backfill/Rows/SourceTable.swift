internal import Identity

/// The sources that rows name, as one thread knows them. Not copied: its owner lends it for each row.
struct SourceTable: ~Copyable {
    struct Entry {
        /// The load's.
        var number: Int
        var region: String?
        /// Not 0; the same for the same region.
        var regionTag: UInt32
    }

    private let intake: Intake
    private let number: @Sendable (String) throws -> Int
    private var entries: [Entry] = []
    private var places: [[UInt8]: Int] = [:]
    private var regions: [String?] = []
    /// The one that was asked for last.
    private var lastName: [UInt8] = []
    private var lastPlace = -1

    /// Past this many the table begins anew: there are no more sources than this, only wrong columns.
    private static let mostEntries = 1 << 14

    init(_ intake: Intake, number: @escaping @Sendable (String) throws -> Int) {
        self.intake = intake
        self.number = number
    }

    /// Where a source stands.
    ///
    /// - Throws: `RefusalReason` where the configuration does not take it, and what the load throws.
    @inline(__always)
    mutating func place(of name: UnsafeBufferPointer<UInt8>) throws -> Int {
        if lastPlace >= 0, name.count == lastName.count, unsafe lastName.elementsEqual(name) { return lastPlace }
        return try find(unsafe Array(name))
    }

    mutating func find(_ name: [UInt8]) throws -> Int {
        if let known = places[name] {
            (lastName, lastPlace) = (name, known)
            return known
        }
        guard !name.isEmpty else { throw RefusalReason.missingField }
        let text = String(decoding: name, as: UTF8.self)
        let policy: SourcePolicy
        do throws(Refusal) { policy = try intake.sourcePolicy(named: text) } catch { throw error.reason }
        if entries.count >= Self.mostEntries {
            entries.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        var region = regions.firstIndex(of: policy.defaultRegion)
        if region == nil {
            regions.append(policy.defaultRegion)
            region = regions.count - 1
        }
        entries.append(
            Entry(number: try number(policy.name), region: policy.defaultRegion, regionTag: UInt32(region ?? 0) + 1))
        places[name] = entries.count - 1
        (lastName, lastPlace) = (name, entries.count - 1)
        return entries.count - 1
    }

    @inline(__always)
    subscript(_ place: Int) -> Entry { entries[place] }
    @inline(__always)
    func number(at place: Int) -> Int { entries[place].number }
    @inline(__always)
    func regionTag(at place: Int) -> UInt32 { entries[place].regionTag }
}
