/// A row of the identifier table.
struct IdentifierIndex: Hashable {
    let row: UInt32
}

/// Every identifier of the traffic. Its text is worked out when it is written, but for e-mails, which are kept.
struct IdentifierTable {
    private struct Entry {
        let namespace: Namespace
        /// Belongs to nobody: a placeholder, a kiosk, the call centre's own telephone.
        let isNobodys: Bool
        /// Counts within its namespace.
        let ordinal: UInt32
    }

    private let seed: UInt64
    private var entries: [Entry] = []
    private var counts = [UInt32](repeating: 0, count: Namespace.allCases.count)
    private var emails: [String] = []
    private var emailRows: [String: UInt32] = [:]

    init(seed: UInt64) {
        self.seed = mixed(seed ^ 0x5E1F)
    }

    var count: Int { entries.count }

    func namespace(_ index: IdentifierIndex) -> Namespace { entries[Int(index.row)].namespace }
    func isNobodys(_ index: IdentifierIndex) -> Bool { entries[Int(index.row)].isNobodys }

    /// Adds an identifier of any namespace but e-mail.
    mutating func add(_ namespace: Namespace, isNobodys: Bool = false) -> IdentifierIndex {
        precondition(namespace != .email, "an e-mail has its own text")
        return append(namespace, isNobodys: isNobodys)
    }

    /// Adds an e-mail address; nil when somebody has it already.
    mutating func add(email: String, isNobodys: Bool = false) -> IdentifierIndex? {
        guard emailRows[email] == nil else { return nil }
        emailRows[email] = UInt32(entries.count)
        emails.append(email)
        return append(.email, isNobodys: isNobodys)
    }

    func email(_ index: IdentifierIndex) -> String {
        emails[Int(entries[Int(index.row)].ordinal)]
    }

    private mutating func append(_ namespace: Namespace, isNobodys: Bool) -> IdentifierIndex {
        let ordinal = counts[Int(namespace.rawValue)]
        counts[Int(namespace.rawValue)] += 1
        entries.append(Entry(namespace: namespace, isNobodys: isNobodys, ordinal: ordinal))
        return IdentifierIndex(row: UInt32(entries.count - 1))
    }
}

extension IdentifierTable {
    /// Appends the canonical text: what every normaliser leaves as it is.
    func appendText(of index: IdentifierIndex, to bytes: inout [UInt8]) {
        let entry = entries[Int(index.row)]
        switch entry.namespace {
        case .email:
            bytes.append(contentsOf: emails[Int(entry.ordinal)].utf8)
        case .phone:
            // German mobile numbers: 1e8 to each of three prefixes.
            let (block, number) = entry.ordinal.quotientAndRemainder(dividingBy: 100_000_000)
            bytes.append(contentsOf: "+4915".utf8)
            bytes.append([0x31, 0x37, 0x32][Int(block) % 3])
            bytes.appendDecimal(scattered(number), width: 8)
        case .loyaltyID:
            bytes.append(contentsOf: "l40".utf8)
            bytes.appendDecimal(scattered(entry.ordinal), width: 8)
        case .customerID:
            bytes.append(contentsOf: "c".utf8)
            bytes.appendDecimal(UInt64(entry.ordinal) + 10_000_000, width: 8)
        case .login:
            bytes.append(contentsOf: "u".utf8)
            bytes.appendHexadecimal(opaque(entry), digits: 10)
        case .deviceID, .cookie, .session, .paymentToken:
            bytes.append(entry.namespace.prefix)
            bytes.append(0x2D)
            bytes.appendHexadecimal(opaque(entry), digits: 16)
        }
    }

    /// A one-to-one map of 0..<1e8 to itself, so that neighbours do not look alike.
    private func scattered(_ ordinal: UInt32) -> UInt64 {
        (UInt64(ordinal) &* 48_271_741 &+ seed % 100_000_000) % 100_000_000
    }

    private func opaque(_ entry: Entry) -> UInt64 {
        mixed(seed ^ (UInt64(entry.namespace.rawValue) << 40) ^ UInt64(entry.ordinal))
    }
}

extension Namespace {
    fileprivate var prefix: UInt8 {
        switch self {
        case .deviceID: UInt8(ascii: "d")
        case .cookie: UInt8(ascii: "k")
        case .session: UInt8(ascii: "s")
        default: UInt8(ascii: "t")
        }
    }
}
