import NIOCore
import Testing
import Wire

@Suite struct FrameTests {
    @Test func aHeaderIsTwelveBytesInTheOrderOfTheSpecification() {
        var buffer = ByteBuffer()
        FrameHeader(.request, stream: 0x0102_0304, code: 0x0101, flags: .end, length: 0x0a0b).write(to: &buffer)
        let bytes: [UInt8] = [0, 0, 0x0a, 0x0b, 2, 1, 1, 1, 1, 2, 3, 4]
        #expect(Array(buffer.readableBytesView) == bytes)
        #expect(
            FrameHeader(peeking: buffer)
                == FrameHeader(.request, stream: 0x0102_0304, code: 0x0101, flags: .end, length: 0x0a0b))
        #expect(buffer.readableBytes == 12)
    }

    @Test(arguments: 0..<12) func fewerThanTwelveBytesAreNoHeader(count: Int) {
        #expect(FrameHeader(peeking: ByteBuffer(repeating: 1, count: count)) == nil)
    }

    @Test func codesAndPathsOfMethodsDiffer() {
        let paths = Set(Method.allCases.map { "\($0.service)/\($0.name)" })
        #expect(paths.count == Method.allCases.count)
        #expect(Method.resolve.description == "Identity/Resolve")
        #expect(Method.health.service == "grpc.health.v1.Health")
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, .max] as [UInt64])
    func aNumberTakesAsManyBytesAsIsSaid(value: UInt64) {
        var buffer = ByteBuffer()
        buffer.writeProtoVarint(value)
        #expect(buffer.readableBytes == protoVarintSize(value))
    }
}
