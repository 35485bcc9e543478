internal import GraphStore
internal import Identity
internal import LMDB
package import Stitching

/// How the part of a model that links devices was made, or why it was not.
package enum DeviceTrainingReport: Sendable {
    /// No event told of a device.
    case none
    case trained(TrafficTraining.Outcome)
    case refused(TrafficRefusal)
}

extension Engine {
    /// Makes the part of a model that links devices, of all devices with traffic; of many it is known by other identifiers whose they
    /// are.
    func trainDevices() throws -> DeviceTrainingReport {
        let devices = try trainingDevices()
        guard !devices.isEmpty else { return .none }
        do throws(TrafficRefusal) {
            return .trained(try TrafficTraining.train(devices))
        } catch {
            return .refused(error)
        }
    }

    private func trainingDevices() throws -> [TrafficTraining.Device] {
        let sealer = SealedTraffic(store.keyRing, store.sealing)
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let policies = try StoreState(transaction, configuration: configuration).policies
            let known = Set(try transaction.nodesWithTraffic())
            guard !known.isEmpty else { return [] }
            var devices: [TrafficTraining.Device] = []
            var owners: Int32 = 0
            try transaction.scan(Tables.components) { _, payload in
                guard
                    case .component(let component) = try ComponentCodec.decode(payload, version: ComponentCodec.version),
                    component.members.contains(where: { known.contains($0.node) })
                else { return .proceed }
                let links = component.linksApart ? try transaction.linksApart(of: component) : component.links
                let owned = Self.owners(component, links, policies, &owners)
                for (place, member) in component.members.enumerated()
                where known.contains(member.node) && member.flags.isDisjoint(with: [.hub, .hidden]) {
                    guard let traffic = try transaction.traffic(of: member.node, sealer) else { continue }
                    devices.append(
                        TrafficTraining.Device(key: member.key, profile: traffic.profile, owner: owned[place]))
                }
                return .proceed
            }
            return devices
        }
    }

    /// By member whose it is, where that is somebody: as other links than those of likeness have joined them.
    private static func owners(
        _ component: Component, _ links: [ActiveLink], _ policies: Policies, _ count: inout Int32
    ) -> [Int32?] {
        var sets = UnionFind(count: component.members.count)
        for link in links where link.kind != .probabilistic && link.verdict == .joined {
            sets.union(Int32(link.left), Int32(link.right))
        }
        var numbers: [Int32: Int32] = [:]
        for (place, member) in component.members.enumerated()
        where [.person, .record].contains(policies.kind(member.namespace)) {
            let root = sets.find(Int32(place))
            guard numbers[root] == nil else { continue }
            numbers[root] = count
            count += 1
        }
        return component.members.indices.map { numbers[sets.find(Int32($0))] }
    }
}
