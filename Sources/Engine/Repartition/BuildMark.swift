internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// How far a generation that is being built has come: written with every piece, so that a kill loses one piece at most.
///
///     0       8       16       24           32           40         48
///     +-------+-------+--------+------------+------------+----------+---------------+
///     | stage | first | second | feed start | source txn | overfull | configuration |
///     +-------+-------+--------+------------+------------+----------+---------------+
///                                                                     SHA-256, 32
struct BuildMark: Equatable {
    var stage = RepartitionProgress.Stage.copying
    /// The key of the stage's next row: one node, or two.
    var next = NodePair(NodeID(0), NodeID(0))
    /// Where the feed ended before what is being built: entries past it are this build's.
    var feedStart: UInt64
    /// Components that the limit cuts, of those evaluated whole so far.
    var overfull = 0
    /// The last transaction of the generation that is the source, and the hash of the configuration that is the aim: a build
    /// of another source or aim is of no use.
    let source: UInt64
    let configuration: [UInt8]

    init(feedStart: UInt64, source: UInt64, configuration: [UInt8]) {
        self.feedStart = feedStart
        self.source = source
        self.configuration = configuration
    }

    var bytes: [UInt8] {
        [UInt64(stage.rawValue), next.first.rawValue, next.second.rawValue, feedStart, source, UInt64(overfull)]
            .flatMap(MetaBytes.encode) + configuration
    }

    /// Nil where the bytes are no mark.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 80, let stage = RepartitionProgress.Stage(rawValue: bytes[7]) else { return nil }
        func word(_ index: Int) -> UInt64 { bytes[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(feedStart: word(3), source: word(4), configuration: Array(bytes[48...]))
        self.stage = stage
        overfull = Int(word(5))
        next = NodePair(NodeID(word(1)), NodeID(word(2)))
    }

    mutating func begin(_ stage: RepartitionProgress.Stage) {
        self.stage = stage
        next = NodePair(NodeID(0), NodeID(0))
    }
}
