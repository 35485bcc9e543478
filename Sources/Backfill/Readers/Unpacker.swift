internal import CZlib
internal import CZstd

/// Unpacks a stream piece by piece; several streams one behind the other are one.
protocol Unpacker: AnyObject {
    /// The format's name.
    var format: String { get }
    /// Whether all that was begun has ended.
    var isBetweenStreams: Bool { get }

    /// Unpacks from `place` on, which it moves, and appends at most `limit` bytes.
    func unpack(
        _ packed: [UInt8], from place: inout Int, atMost limit: Int, into bytes: inout [UInt8]
    ) throws(UnpackError)
}

struct UnpackError: Error {
    var problem: String
}

/// gzip, by zlib.
@safe final class GzipUnpacker: Unpacker {
    let format = "gzip"
    private(set) var isBetweenStreams = true
    /// Whether a stream has ended.
    private var hasEnded = false
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(InputError) {
        unsafe stream = .allocate(capacity: 1)
        // Sound: zlib takes a stream of zeros, which it owns until `inflateEnd`.
        unsafe stream.initialize(to: z_stream())
        guard unsafe selvedge_inflate_begin(stream) == Z_OK else {
            throw InputError("zlib", "there is no memory to unpack with")
        }
    }

    deinit {
        // Sound: nothing uses the stream any more.
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func unpack(
        _ packed: [UInt8], from place: inout Int, atMost limit: Int, into bytes: inout [UInt8]
    ) throws(UnpackError) {
        // Some writers pad with zeros.
        if isBetweenStreams {
            while place < packed.count, hasEnded, packed[place] == 0 { place += 1 }
            if place == packed.count { return }
        }
        let before = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: limit))
        var code = Z_OK
        var (used, made) = (0, 0)
        let start = place
        // Sound: zlib reads `packed` from `start` to its end, and writes at most `limit` bytes behind `before`.
        unsafe packed.withUnsafeBufferPointer { input in
            unsafe bytes.withUnsafeMutableBufferPointer { output in
                guard let from = input.baseAddress, let into = output.baseAddress else { return }
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: from + start)
                unsafe stream.pointee.avail_in = UInt32(input.count - start)
                unsafe stream.pointee.next_out = into + before
                unsafe stream.pointee.avail_out = UInt32(limit)
                code = unsafe inflate(stream, Z_NO_FLUSH)
                used = unsafe input.count - start - Int(stream.pointee.avail_in)
                made = unsafe limit - Int(stream.pointee.avail_out)
            }
        }
        place += used
        bytes.removeLast(limit - made)
        switch code {
        case Z_STREAM_END:
            (isBetweenStreams, hasEnded) = (true, true)
            unsafe inflateReset(stream)
        case Z_OK: isBetweenStreams = false
        // Nothing could be done: more is needed.
        case Z_BUF_ERROR: break
        case Z_MEM_ERROR: throw UnpackError(problem: "there is no memory to unpack it")
        default:
            throw UnpackError(
                problem: hasEnded && isBetweenStreams
                    ? "something else follows its end" : "bytes do not fit its checksum or its form")
        }
    }
}

/// Zstandard, by libzstd.
@safe final class ZstdUnpacker: Unpacker {
    let format = "Zstandard"
    private(set) var isBetweenStreams = true
    private let stream: OpaquePointer

    init() throws(InputError) {
        guard let stream = unsafe ZSTD_createDStream() else {
            throw InputError("libzstd", "there is no memory to unpack with")
        }
        unsafe self.stream = stream
    }

    deinit {
        // Sound: nothing uses the stream any more.
        unsafe ZSTD_freeDStream(stream)
    }

    func unpack(
        _ packed: [UInt8], from place: inout Int, atMost limit: Int, into bytes: inout [UInt8]
    ) throws(UnpackError) {
        let before = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: limit))
        var code = 0
        var (used, made) = (0, 0)
        let start = place
        // Sound: libzstd reads `packed` from `start` to its end, and writes at most `limit` bytes behind `before`.
        unsafe packed.withUnsafeBufferPointer { source in
            unsafe bytes.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let into = target.baseAddress else { return }
                var input = unsafe ZSTD_inBuffer(src: from + start, size: source.count - start, pos: 0)
                var output = unsafe ZSTD_outBuffer(dst: into + before, size: limit, pos: 0)
                code = unsafe ZSTD_decompressStream(stream, &output, &input)
                (used, made) = unsafe (input.pos, output.pos)
            }
        }
        place += used
        bytes.removeLast(limit - made)
        guard ZSTD_isError(code) == 0 else {
            // Sound: a terminated text that lives for ever.
            let name = unsafe String(cString: ZSTD_getErrorName(code))
            throw UnpackError(problem: name.lowercased())
        }
        isBetweenStreams = code == 0
    }
}
