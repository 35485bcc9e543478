package import LMDB
internal import Stitching

extension Tables {
    /// From the node of an expired identifier to the living member to which its node id has passed.
    package static let heirs = Table<NodeKeyCodec, NodeCodec>(name: "heirs", number: 10, erasure: .byNode)
}
