internal import Foundation

/// An open file as the system knows it; codes are errno's, 0 for success. The only unsafe calls on files lie here.
package struct Descriptor: Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    package static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        // Sound: a path is a terminated string for the call.
        let number = unsafe Foundation.open(path, flags | O_CLOEXEC, mode_t(mode))
        guard number >= 0 else { throw SystemError(code: errno) }
        return Descriptor(number)
    }

    package func close() { _ = Foundation.close(number) }

    /// Reads up to `count` bytes and appends them; 0 at the end.
    package func read(_ count: Int, into bytes: inout [UInt8]) throws(SystemError) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count))
        while true {
            // Sound: the buffer has `count` bytes from `start` on.
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Foundation.read(number, buffer.baseAddress?.advanced(by: start), count)
            }
            let code = errno
            if got < 0, code == EINTR { continue }
            bytes.removeLast(count - max(got, 0))
            guard got >= 0 else { throw SystemError(code: code) }
            return got
        }
    }

    /// Writes all of the bytes.
    package func write(_ bytes: [UInt8]) -> Int32 {
        var done = 0
        while done < bytes.count {
            // Sound: the slice lies inside the buffer.
            let put = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Foundation.write(number, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if put < 0, errno == EINTR { continue }
            guard put >= 0 else { return errno }
            done += put
        }
        return 0
    }

    /// Waits until there is something to read, or the end; false when the time is over before.
    package func waitForInput(milliseconds: Int32) -> Bool {
        var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        // Sound: one entry, which outlives the call.
        return unsafe poll(&request, 1, milliseconds) != 0
    }

    /// Bytes of a file that has an end; nil for a pipe, a terminal or a device.
    package var size: Int? {
        let here = lseek(number, 0, SEEK_CUR)
        guard here >= 0, isatty(number) == 0 else { return nil }
        let end = lseek(number, 0, SEEK_END)
        lseek(number, here, SEEK_SET)
        return end > 0 ? Int(end) : nil
    }
}

/// What the system said.
package struct SystemError: Error, CustomStringConvertible {
    package var code: Int32

    package init(code: Int32) { self.code = code }

    package var description: String { systemMessage(code) }
}

/// The system's words for an errno value.
package func systemMessage(_ code: Int32) -> String {
    // Sound: strerror returns a terminated string that lives until the thread's next call; it is copied at once.
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}
