/// The traffic of a component's devices, by member: what links of devices are held against.
package struct MemberTraffic: Sendable {
    private let scorer: TrafficScorer
    private let profiles: [TrafficProfile?]

    /// - Parameter profiles: by member; nil where it is no device, or nothing is known of its traffic.
    package init(_ scorer: TrafficScorer, profiles: [TrafficProfile?]) {
        self.scorer = scorer
        self.profiles = profiles
    }

    var threshold: LinkWeight { scorer.model.linkThreshold }

    /// A rival so much less like than a link does not call it into question.
    var rivalMargin: Int32 { scorer.model.linkThreshold.rawValue - scorer.model.reviewThreshold.rawValue }

    /// Whether any device of two groups may be one: at a weight.
    func areAlike(_ left: [UInt32], _ right: [UInt32], atLeast least: Int32) -> Bool {
        for one in left {
            guard let first = profiles[Int(one)] else { continue }
            for other in right {
                guard let second = profiles[Int(other)] else { continue }
                if scorer.weight(first, second).rawValue >= least { return true }
            }
        }
        return false
    }
}

/// The links between devices of a component, by what they would join.
struct TrafficLinks {
    private struct Neighbour {
        var member: UInt32
        var weight: Int32
    }

    private let traffic: MemberTraffic
    /// By member.
    private let neighbours: [[Neighbour]]
    /// By root the members that have a neighbour; and whether it holds an identifier of a person, or a record.
    private var devices: [[UInt32]]
    private var isSomebody: [Bool]

    init(_ traffic: MemberTraffic, isSomebody: [Bool], links: [ClusterLink]) {
        self.traffic = traffic
        self.isSomebody = isSomebody
        var neighbours = Array(repeating: [Neighbour](), count: isSomebody.count)
        for link in links {
            neighbours[Int(link.left)].append(Neighbour(member: UInt32(link.right), weight: Int32(link.weight)))
            neighbours[Int(link.right)].append(Neighbour(member: UInt32(link.left), weight: Int32(link.weight)))
        }
        self.neighbours = neighbours
        devices = neighbours.indices.map { neighbours[$0].isEmpty ? [] : [UInt32($0)] }
    }

    mutating func join(kept: Int32, absorbed: Int32) {
        devices[Int(kept)] += devices[Int(absorbed)]
        isSomebody[Int(kept)] = isSomebody[Int(kept)] || isSomebody[Int(absorbed)]
    }

    /// Why a link does not join two clusters; nil: it does. What is likely one device's is nobody else's: two clusters of people
    /// are never joined by it, and a device that may be a third's, who is not the other, is neither's.
    func refusal(_ link: ClusterLink, _ left: Int32, _ right: Int32, _ sets: inout UnionFind) -> Verdict? {
        guard Int32(link.weight) >= traffic.threshold.rawValue else { return .weakBridge }
        if isSomebody[Int(left)], isSomebody[Int(right)] { return .weakBridge }
        for (own, other) in [(left, right), (right, left)] where hasRival(own, other, Int32(link.weight), &sets) {
            return .ambiguous
        }
        return nil
    }

    private func hasRival(_ own: Int32, _ other: Int32, _ weight: Int32, _ sets: inout UnionFind) -> Bool {
        let least = weight - traffic.rivalMargin
        let concerned = concerned(own, other, &sets)
        let others = self.concerned(other, own, &sets)
        var seen: Set<Int32> = [own, other]
        for member in concerned {
            for neighbour in neighbours[Int(member)] where neighbour.weight >= least {
                let rival = sets.find(Int32(neighbour.member))
                guard seen.insert(rival).inserted else { continue }
                if isSomebody[Int(rival)], isSomebody[Int(other)] { return true }
                if !traffic.areAlike(self.concerned(rival, own, &sets), others, atLeast: least) { return true }
            }
        }
        return false
    }

    /// The devices of a cluster that are like one of another.
    private func concerned(_ cluster: Int32, _ other: Int32, _ sets: inout UnionFind) -> [UInt32] {
        var found: [UInt32] = []
        for member in devices[Int(cluster)] {
            for neighbour in neighbours[Int(member)] where sets.find(Int32(neighbour.member)) == other {
                found.append(member)
                break
            }
        }
        return found
    }
}
