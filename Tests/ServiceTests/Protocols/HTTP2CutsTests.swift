import NIOCore
import Service
import TestSupport
import Testing

/// Where what a caller of gRPC sends is cut, beside a search over all of it at once.
@Suite struct HTTP2CutsTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// A transcript, and the places behind its frames that open streams.
    private static func transcript(_ generator: inout SeededGenerator) -> (bytes: [UInt8], ends: Set<Int>) {
        var bytes = preface
        var ends: Set<Int> = []
        for _ in 0..<generator.int(0...40) {
            let type = UInt8(generator.int(0...9))
            let length = generator.chance(30) ? 0 : generator.int(0...400)
            bytes += bigEndian(UInt32(length)).dropFirst() + [type, 4] + bigEndian(UInt32(generator.int(0...9)))
            bytes += (0..<length).map { _ in UInt8(generator.int(0...255)) }
            if type == 1 || type == 9 { ends.insert(bytes.count) }
        }
        // The last may be cut short.
        if generator.chance(50) { bytes.removeLast(generator.int(0...min(20, bytes.count))) }
        return (bytes, ends)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>) func everyFrameThatOpensAStreamEndsAPiece(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let (bytes, ends) = Self.transcript(&generator)
        var cuts = HTTP2Cuts()
        var place = 0
        var found: Set<Int> = []
        while place < bytes.count {
            // Reads end anywhere.
            var rest = ByteBuffer(bytes: bytes[place..<min(bytes.count, place + generator.int(1...300))])
            while rest.readableBytes > 0 {
                let count = cuts.next(rest.readableBytesView)
                #expect(count > 0 && count <= rest.readableBytes, "seed \(seed)")
                guard count > 0 else { return }
                rest.moveReaderIndex(forwardBy: count)
                place += count
                #expect(cuts.hasPreface == (place >= Self.preface.count), "seed \(seed)")
                // Whatever is left of the read waits: this piece ended at a cut.
                if rest.readableBytes > 0 { found.insert(place) }
                let opened = ends.filter { $0 > place - count && $0 < place }
                #expect(opened.isEmpty, "seed \(seed): a frame that opens a stream lies inside a piece")
            }
        }
        #expect(found.isSubset(of: ends), "seed \(seed): cut where nothing is opened")
    }
}
