internal import Identity
internal import LMDB
internal import Stitching

/// Matching: `blocks`, `filings` and `matches` against the records and the active model, links against `matches`.
extension Inspection {
    mutating func inspectLinkage(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        let active = try snapshot.models().count { $0.row.isActive }
        if active > 1 { report.add("models: \(active) are active, of which one may be") }
        guard let linkage else {
            let rows =
                try snapshot.count(Tables.blocks) + snapshot.count(Tables.filings) + snapshot.count(Tables.matches)
            if rows > 0 { report.add("blocks, filings, matches: \(rows) rows though no model is active") }
            return
        }
        let build = try LinkageBuild(linkage, snapshot)
        try inspectFilings(build, snapshot)
        try inspectMatches(build, snapshot)
    }

    private mutating func inspectFilings(
        _ build: LinkageBuild, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        var wrong = 0
        var blocks = 0
        try build.forEachFiling { node, filing in
            if try snapshot.get(Tables.filings, node) != filing { wrong += 1 }
            blocks += filing.entries.count
            for entry in filing.entries {
                if try !snapshot.contains(Tables.blocks, BlockRow(block: entry.block, record: node)) { wrong += 1 }
            }
        }
        if wrong > 0 { report.add("filings, blocks: \(wrong) rows are missing or not what their records say") }
        let rows = (try snapshot.count(Tables.filings), try snapshot.count(Tables.blocks))
        if rows.0 != build.count {
            report.add("filings: \(rows.0) rows, \(build.count) records and devices can be compared")
        }
        if rows.1 != blocks { report.add("blocks: \(rows.1) rows, \(blocks) belong to a record") }
    }

    private mutating func inspectMatches(
        _ build: LinkageBuild, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let expected = build.allMatches()
        for (pair, row) in expected {
            let name = "matches: \(pair.first.rawValue), \(pair.second.rawValue)"
            if try snapshot.get(Tables.matches, pair) != row { report.add("\(name) is missing or weighs otherwise") }
            if try snapshot.get(Tables.matches, pair.reversed) != row {
                report.add("\(name) is not the same in reverse")
            }
            try inspect(pair, row, build.linkage.model, name, snapshot)
        }
        let rows = try snapshot.count(Tables.matches)
        if rows != 2 * expected.count { report.add("matches: \(rows) rows for \(expected.count) pairs") }
        for (pair, likeness) in likenesses {
            let row = try snapshot.get(Tables.matches, pair)
            guard row?.likeness(version: build.linkage.model.version) == likeness else {
                report.add("links: \(pair.first.rawValue), \(pair.second.rawValue) is not what matches says")
                continue
            }
        }
    }

    /// That a pair at the link threshold is a link, where it lives and there is room for it.
    private mutating func inspect(
        _ pair: NodePair, _ row: MatchRow, _ model: LinkageModel, _ name: String,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        guard likenesses[pair] == nil else { return }
        guard let near = held[pair.first], let far = held[pair.second] else {
            report.add("\(name): an end is not held")
            return
        }
        let isOfRecords = near.member.namespace == .record
        if isOfRecords, row.weight < model.linkThreshold { return }
        // What many people use is nobody's device.
        let flags = near.member.flags.union(far.member.flags)
        if !isOfRecords, !flags.isDisjoint(with: [.hub, .hidden]) { return }
        let timeToLive = self.timeToLive(near.member, far.member)
        let likeness = row.likeness(version: model.version)
        guard likeness.standing(at: hour, timeToLive: timeToLive, policies: policies).isLive else { return }
        if near.root == far.root || fits(near.root, far.root) { report.add("\(name) is no link") }
    }

    /// Notes the probabilistic links of a component.
    mutating func noteLikenesses(_ component: Component, _ root: NodeID) {
        for link in component.links where link.kind == .probabilistic {
            let ends = NodePair(component.members[Int(link.left)].node, component.members[Int(link.right)].node)
            guard let likeness = Likeness(link.evidence) else {
                report.add("component \(root.rawValue): a probabilistic link without a weight")
                continue
            }
            likenesses[ends] = likeness
        }
    }

    /// The traffic of a component's devices; nil where no two of them are alike.
    func traffic(
        _ component: Component, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> MemberTraffic? {
        let isOfDevices = component.links.contains { link in
            link.kind == .probabilistic && component.members[Int(link.left)].namespace != .record
        }
        guard isOfDevices, let linkage, let scorer = linkage.trafficScorer else { return nil }
        let profiles = try component.members.map { member in
            guard policies.isDevice(member.namespace) else { return TrafficProfile?.none }
            return try linkage.traffic(of: member.node, snapshot)?.profile
        }
        return MemberTraffic(scorer, profiles: profiles)
    }

    /// The encodings of a component's records; nil where nothing is linked by likeness, or there are fewer than two.
    func likeness(
        _ component: Component, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> MemberLikeness? {
        guard let linkage, component.members.count(where: { $0.namespace == .record }) > 1 else { return nil }
        let encodings = try component.members.map { member in
            guard member.namespace == .record, !member.flags.contains(.hidden) || member.flags.contains(.fenced) else {
                return Weighable?.none
            }
            return try linkage.weighable(member.node, member.key, snapshot)?.weighable
        }
        return MemberLikeness(
            linkage.scorer, words: encodings.map { $0?.words ?? [] }, rarities: encodings.map { $0?.rarities ?? [] })
    }
}
