internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// A link of a load where it lies in its file.
struct LinkView: ~Escapable {
    /// Header and folds.
    let bytes: RawSpan

    /// - Precondition: a whole link lies at `offset`.
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, at offset: Int) {
        let folds = Int(bytes.bigEndianUInt16(at: offset + 14))
        self.bytes = bytes.extracting(offset..<offset + LinkPass.headerBytes + folds * BulkBytes.foldBytes)
    }

    var left: Int { Int(bytes.bigEndianUInt32(at: 0)) }
    var right: Int { Int(bytes.bigEndianUInt32(at: 4)) }
    /// The first hour at which all of it has expired; 0: never.
    var until: Int32 { Int32(bitPattern: bytes.bigEndianUInt32(at: 8)) }
    var isLive: Bool { bytes.uint8(at: 12) == 1 }
    var foldCount: Int { Int(bytes.bigEndianUInt16(at: 14)) }

    /// As the store keeps them.
    var folds: RawSpan {
        @_lifetime(copy self)
        get { bytes.extracting(LinkPass.headerBytes..<bytes.byteCount) }
    }

    func standing(_ load: Load, _ left: NamespaceID, _ right: NamespaceID) -> Standing {
        let timeToLive = load.policies.timeToLive(left, right)
        var standing = Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        for index in 0..<foldCount {
            standing.add(BulkBytes.fold(folds, index), at: load.hour, timeToLive: timeToLive, policies: load.policies)
        }
        return standing
    }
}

extension Links {
    /// Hands over every link, in no order.
    func forEachLink(_ buffer: FileBuffer, _ body: (LinkView) throws -> Void) throws {
        for file in files { try Self.forEachLink(of: file, buffer, body) }
    }

    static func forEachLink(of file: BlockFile, _ buffer: FileBuffer, _ body: (LinkView) throws -> Void) throws {
        try file.forEachBlock(of: LinkPass.links, buffer) { bytes in
            var offset = 0
            while offset < bytes.byteCount {
                let link = LinkView(bytes, at: offset)
                offset += link.bytes.byteCount
                try body(link)
            }
        }
    }
}
