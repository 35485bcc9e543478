import TestSupport
import Wire

/// What is done to the frames of a transcript.
enum FrameMutation {
    static func apply(to frames: inout [FuzzFrame], _ random: inout SeededGenerator) {
        guard !frames.isEmpty else { return }
        let place = random.int(0...frames.count - 1)
        let other = random.int(0...frames.count - 1)
        switch random.int(0...13) {
        case 0: frames.insert(frames[place], at: other)
        case 1: frames.remove(at: place)
        case 2: frames.swapAt(place, other)
        case 3:
            let strange = Transcript.make(&random)
            frames.replaceSubrange(
                min(place, other)..<max(place, other), with: strange.suffix(random.int(1...strange.count)))
        case 4: frames[place].stream = random.pick([0, 1, 2, .max, .max - 1, 1 << 31, frames[other].stream])
        case 5: frames[place].flags ^= 1 << UInt8(random.int(0...7))
        case 6: frames[place].code = random.pick([0, 1, 0x0101, 0x0202, 0x0105, 0x04ff, .max, frames[other].code])
        case 7: frames[place].kind = UInt8(random.int(0...12))
        case 8: lie(about: &frames[place], &random)
        case 9...10: frames[place].payload = payload(frames[place].payload, &random)
        case 11: frames[place].payload = frames[other].payload
        case 12: frames.insert(contentsOf: flood(frames[place].stream, &random), at: place)
        default: frames[place].payload = prefix(of: frames[place]) + nested(depth: random.pick([3, 90, 110, 5_000]))
        }
    }

    private static func lie(about frame: inout FuzzFrame, _ random: inout SeededGenerator) {
        let count = UInt32(frame.payload.count)
        frame.length = random.pick([
            0, count &+ 1, count &- 1, count / 2, count + 12, 8, 4, 16_384, 16_385, 4_194_304, 4_194_305, .max, 1 << 31,
        ])
    }

    /// What stands before the message of a REQUEST.
    private static func prefix(of frame: FuzzFrame) -> [UInt8] {
        frame.kind == FrameKind.request.rawValue ? Array(frame.payload.prefix(4)) : []
    }

    private static func payload(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<random.int(1...4) { ByteMutation.apply(to: &bytes, &random) }
        return bytes
    }

    private static func flood(_ stream: UInt32, _ random: inout SeededGenerator) -> [FuzzFrame] {
        let frame: FuzzFrame =
            switch random.int(0...2) {
            case 0: FuzzFrame(.ping, [0, 1, 2, 3, 4, 5, 6, 7])
            case 1: .credit(UInt32(random.pick([0, 1, 1 << 30, 1 << 31])), stream: max(1, stream))
            default: FuzzFrame(.cancel, stream: max(1, stream))
            }
        return Array(repeating: frame, count: random.pick([2, 90, 150]))
    }

    /// Messages in messages: field 1 of each, or field 4, holds the next.
    private static func nested(depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for level in 0..<min(depth, 5_000) {
            var length = bytes.count
            var varint: [UInt8] = []
            while length >= 0x80 {
                varint.append(UInt8(truncatingIfNeeded: length) | 0x80)
                length >>= 7
            }
            // Appended turned round, and turned at the end: inserting at the front would be quadratic.
            bytes += (([level % 2 == 0 ? 0x0a : 0x22] + varint + [UInt8(length)]) as [UInt8]).reversed()
        }
        return bytes.reversed()
    }
}

/// What is done to bytes, whatever they mean.
enum ByteMutation {
    static func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return bytes = [UInt8(random.int(0...255))] }
        let place = random.int(0...bytes.count - 1)
        switch random.int(0...6) {
        case 0...1: bytes[place] ^= 1 << UInt8(random.int(0...7))
        case 2: bytes[place] = random.pick([0, 1, 0x7f, 0x80, 0xff])
        case 3: bytes.removeSubrange(place...)
        case 4:
            // A number of more bits than there are, or nearly.
            let long = [UInt8](repeating: 0xff, count: random.int(4...11)) + [UInt8(random.int(0...127))]
            bytes.insert(contentsOf: long, at: place)
        case 5:
            let end = min(bytes.count, place + random.int(1...20))
            bytes.insert(contentsOf: bytes[place..<end], at: random.int(0...bytes.count))
        default: bytes.removeSubrange(place..<min(bytes.count, place + random.int(1...8)))
        }
    }
}
