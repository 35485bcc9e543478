internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

extension Handlers {
    /// The members of what is seen, in order of namespace and key; names of records are looked up for those alone.
    func members(of profile: Profile) throws -> [SelvedgeMember] {
        let names = try engine.recordNames(of: profile.members.filter { $0.namespace == .record }.map(\.key))
        let state = try engine.state()
        return profile.members.map { member in
            var message = SelvedgeMember()
            message.namespace = state.namespaceName(member.namespace)
            message.key = member.key.data
            if let name = names[member.key] {
                message.record.source = name.source
                message.record.recordID = name.recordID
            }
            return message
        }.sorted { ($0.namespace, $0.key.map { $0 }) < ($1.namespace, $1.key.map { $0 }) }
    }
}

extension IdentityKey {
    /// Its 16 bytes in order.
    var data: Data {
        var data = Data(capacity: 16)
        for word in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                data.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return data
    }
}

func < (left: (String, [UInt8]), right: (String, [UInt8])) -> Bool {
    if left.0 != right.0 { return left.0 < right.0 }
    return left.1.lexicographicallyPrecedes(right.1)
}
