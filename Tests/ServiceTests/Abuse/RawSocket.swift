import Glibc
import NIOCore

/// A TCP connection over loopback, as bare as the system has it. Reads and writes block, five seconds at most.
final class RawSocket {
    struct Failed: Error {
        let call: String
        let code: Int32
    }

    private let descriptor: Int32

    /// - Parameter buffer: bytes that the system may hold of what was not read; nil: its own choice.
    init(port: Int, buffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failed(call: "socket", code: errno) }
        if let buffer { set(SO_RCVBUF, buffer) }
        set(SO_RCVTIMEO, timeval(tv_sec: 5, tv_usec: 0))
        set(SO_SNDTIMEO, timeval(tv_sec: 5, tv_usec: 0))
        var one: Int32 = 1
        // Sound, here and below: the locals outlive the calls, and their sizes are said.
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let result = unsafe try SocketAddress(ipAddress: "127.0.0.1", port: port).withSockAddr { address, size in
            unsafe Glibc.connect(descriptor, address, socklen_t(size))
        }
        if result != 0 { throw Failed(call: "connect", code: errno) }
    }

    deinit { Glibc.close(descriptor) }

    private func set<Value: BitwiseCopyable>(_ option: Int32, _ value: Value) {
        var value = value
        unsafe _ = setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Value>.size))
    }

    /// All of it. Throws where the other side is gone, or does not read for five seconds.
    func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failed(call: "send", code: errno) }
            start += sent
        }
    }

    /// As much as the system takes at once; 0 where it takes nothing. Throws where the other side is gone.
    func sendSome(_ bytes: [UInt8]) throws -> Int {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
        if sent < 0, errno != EAGAIN { throw Failed(call: "send", code: errno) }
        return max(0, sent)
    }

    /// What has come; empty at the end of the connection.
    func receive(_ most: Int = 65_536) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, most, 0) }
        if count < 0 {
            if errno == ECONNRESET { return [] }
            throw Failed(call: "recv", code: errno)
        }
        bytes.removeLast(most - count)
        return bytes
    }

    /// Everything until the connection ends.
    func receiveAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let some = try receive()
            if some.isEmpty { return all }
            all += some
        }
    }
}
