package import Identity

/// Why two identifiers are one profile, or what keeps them apart: the same in whatever order the evidence came.
package struct Explanation: Hashable, Sendable, Encodable {
    package enum Relation: String, Hashable, Sendable, Encodable {
        case oneProfile = "one_profile"
        /// Links connect them, and a constraint refused one.
        case keptApart = "kept_apart"
        /// Links would connect them if an end were not a hub, or if they had not expired.
        case suspended
        case noEvidence = "no_evidence"
        /// One of them is not held, or hidden.
        case unknown
        /// They are not in one view of the purpose that was asked for: whatever the reason, it looks like this.
        case generic
    }

    /// An identifier as it may be shown: its namespace and its key.
    package struct End: Hashable, Sendable, Encodable {
        package var namespace: String
        package var key: String

        package init(namespace: String, key: IdentityKey) {
            self.namespace = namespace
            self.key = key.description
        }
    }

    /// What one source says of a link.
    package struct Support: Hashable, Sendable, Encodable {
        package var source: String
        /// RFC 3339.
        package var first: String
        package var last: String
        /// Different days, at most 64.
        package var days: Int
        package var records: Int

        package init(source: String, first: Timestamp, last: Timestamp, days: Int, records: Int) {
            self.source = source
            self.first = first.description
            self.last = last.description
            self.days = days
            self.records = records
        }
    }

    /// A link on the way from one to the other.
    package struct Step: Hashable, Sendable, Encodable {
        package var from: End
        package var to: End
        package var kind: String
        package var weight: Int
        package var support: [Support]
        /// `joined`, the constraint that refused the link, or the reason of its suspension.
        package var reason: String
        /// The counts behind the reason; empty where it needs none.
        package var detail: String

        package init(
            from: End, to: End, kind: String, weight: Int, support: [Support], reason: String, detail: String
        ) {
            self.from = from
            self.to = to
            self.kind = kind
            self.weight = weight
            self.support = support
            self.reason = reason
            self.detail = detail
        }
    }

    package var relation: Relation
    package var first: End
    package var second: End
    package var path: [Step]

    package init(relation: Relation, first: End, second: End, path: [Step]) {
        self.relation = relation
        self.first = first
        self.second = second
        self.path = path
    }
}

extension Explanation: CustomStringConvertible {
    package var description: String {
        var lines = [headline]
        for step in path {
            lines.append("  \(step.from) - \(step.to)  \(step.kind), weight \(step.weight): \(step.reason)")
            if !step.detail.isEmpty { lines.append("      \(step.detail)") }
            for support in step.support {
                let records =
                    support.records == 0 ? "" : ", \(support.records) record\(support.records == 1 ? "" : "s")"
                lines.append(
                    "      \(support.source): \(support.first) to \(support.last), "
                        + "\(support.days) day\(support.days == 1 ? "" : "s")\(records)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        switch relation {
        case .oneProfile: "one profile, joined by \(path.count) link\(path.count == 1 ? "" : "s"):"
        case .keptApart: "two profiles: links connect them, and a constraint refused one:"
        case .suspended: "two profiles: what would connect them is suspended:"
        case .noEvidence: "two profiles: no evidence connects them"
        case .unknown: "at least one of them is not known"
        case .generic: "generic"
        }
    }
}

extension Explanation.End: CustomStringConvertible {
    package var description: String { "\(namespace) \(key.prefix(8))" }
}

/// The unique path between two members along the links by which Kruskal's algorithm connects them.
package enum SpanningPath {
    /// - Parameters:
    ///   - links: ends and rank; the order given does not matter.
    /// - Returns: indices of links from `start` to `end`; nil where they are not connected.
    package static func path(
        members: Int, links: [(left: Int, right: Int, rank: LinkRank)], from start: Int, to end: Int
    ) -> [Int]? {
        var sets = UnionFind(count: members)
        var neighbours: [[(node: Int, link: Int)]] = Array(repeating: [], count: members)
        for index in links.indices.sorted(by: { links[$0].rank < links[$1].rank }) {
            let (left, right) = (links[index].left, links[index].right)
            guard sets.union(Int32(left), Int32(right)) != nil else { continue }
            neighbours[left].append((right, index))
            neighbours[right].append((left, index))
        }
        var arrivals: [Int: (node: Int, link: Int)] = [:]
        var open = [start]
        var next = 0
        while next < open.count, arrivals[end] == nil {
            let node = open[next]
            next += 1
            for step in neighbours[node] where step.node != start && arrivals[step.node] == nil {
                arrivals[step.node] = (node, step.link)
                open.append(step.node)
            }
        }
        guard start != end else { return [] }
        var path: [Int] = []
        var current = end
        while current != start {
            guard let arrival = arrivals[current] else { return nil }
            path.append(arrival.link)
            current = arrival.node
        }
        return path.reversed()
    }
}
