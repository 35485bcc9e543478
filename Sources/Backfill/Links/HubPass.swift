internal import Identity
internal import LMDB
internal import Stitching

/// Finds the hubs, by the store's own rule: degrees by namespace are counted for those alone that may be one.
struct HubPass {
    private let load: Load
    private let numbering: Numbering
    private let links: Links

    init(_ load: Load, _ numbering: Numbering, _ links: Links) {
        self.load = load
        self.numbering = numbering
        self.links = links
    }

    /// - Returns: how many there are, by reason.
    func run() throws -> [SuspensionReason: Int] {
        load.begin("hubs", total: 1)
        let nodes = links.nodes
        let arena = Arena()
        // 0: it is none; else its place among the candidates plus one.
        let places = try arena.column(of: UInt32.self, count: numbering.count)
        var candidates = 0
        for number in 0..<numbering.count {
            let namespace = NamespaceID(numbering.namespaces[number])
            guard load.policies.mayBeHub(namespace, counterparts: Int(nodes.counterparts[number])) else { continue }
            candidates += 1
            places[number] = UInt32(candidates)
        }
        guard candidates > 0 else { return [:] }
        let width = load.policies.namespaces.count
        let counts = try arena.column(of: UInt32.self, count: candidates * width)
        try links.forEachEdge(LinkPass.edges, FileBuffer(capacity: 1 << 18)) { left, right in
            if places[left] > 0 {
                counts[Int(places[left] - 1) * width + Int(numbering.namespaces[right])] += 1
            }
            if places[right] > 0 {
                counts[Int(places[right] - 1) * width + Int(numbering.namespaces[left])] += 1
            }
        }
        return judge(places, counts, width)
    }

    private func judge(_ places: Column<UInt32>, _ counts: Column<UInt32>, _ width: Int) -> [SuspensionReason: Int] {
        var found: [SuspensionReason: Int] = [:]
        for number in 0..<numbering.count where places[number] > 0 {
            let start = Int(places[number] - 1) * width
            var entries: [(namespace: NamespaceID, count: UInt32)] = []
            for namespace in 0..<width where counts[start + namespace] > 0 {
                entries.append((NamespaceID(UInt16(namespace)), counts[start + namespace]))
            }
            let status = load.policies.hubStatus(
                of: NamespaceID(numbering.namespaces[number]), degree: Degree(counts: entries), records: 0)
            guard let status else { continue }
            links.nodes.hub[number] = status.reason.rawValue
            found[status.reason, default: 0] += 1
        }
        return found
    }
}
