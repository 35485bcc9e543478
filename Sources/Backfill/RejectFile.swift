internal import Foundation
internal import Identity

/// The file of rows that were not taken, a JSON object a line, in the order of the rows. Mode 0600; it holds no identifier. It is
/// made when the first row comes.
package final class RejectFile {
    package let path: String
    private var descriptor: Descriptor?
    private var pending: [UInt8] = []
    /// Bytes that are in the file.
    private var length = 0

    private static let pieceBytes = 1 << 18

    /// - Parameter length: bytes of the file that are kept; 0: it begins anew.
    /// - Throws: `InputError` where it cannot be written, or is shorter than that.
    package init(_ path: String, keeping length: Int) throws(InputError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            guard length == 0 else {
                throw InputError(path, "is gone, which held the rejects up to here; begin anew with --restart")
            }
            return
        }
        let descriptor = try open()
        guard length <= descriptor.size ?? 0 else {
            throw InputError(path, "is shorter than it was at the last checkpoint; begin anew with --restart")
        }
        guard ftruncate(descriptor.number, Int(length)) == 0 else { throw failure(errno) }
        lseek(descriptor.number, 0, SEEK_END)
        self.length = length
        self.descriptor = descriptor
    }

    deinit { descriptor?.close() }

    package func write(_ reject: Reject, input: String) throws(InputError) {
        pending += Array("{\"input\":".utf8)
        JSONText.append(input.utf8, to: &pending)
        pending += Array(",\"line\":\(reject.line),\"column\":".utf8)
        JSONText.append(reject.column.utf8, to: &pending)
        pending += Array(",\"reason\":\"\(reject.reason.name)\",\"advice\":".utf8)
        JSONText.append(reject.advice.utf8, to: &pending)
        pending += Array(",\"text\":".utf8)
        JSONText.append(reject.text.utf8, to: &pending)
        pending += Array("}\n".utf8)
        if pending.count >= Self.pieceBytes { try flush() }
    }

    /// Makes what was written survive a kill; how long the file is then.
    package func sync() throws(InputError) -> Int {
        try flush()
        if let descriptor, fsync(descriptor.number) != 0 { throw failure(errno) }
        return length
    }

    /// Puts an end to it; a file without a row is taken away.
    package func finish() throws(InputError) {
        _ = try sync()
        // Sound: a path is a terminated string for the call.
        if length == 0, descriptor != nil { unsafe unlink(path) }
        descriptor?.close()
        descriptor = nil
    }

    private func flush() throws(InputError) {
        guard !pending.isEmpty else { return }
        if descriptor == nil { descriptor = try open() }
        guard let descriptor else { return }
        let code = descriptor.write(pending)
        guard code == 0 else { throw failure(code) }
        length += pending.count
        pending.removeAll(keepingCapacity: true)
    }

    private func open() throws(InputError) -> Descriptor {
        do {
            let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT)
            fchmod(descriptor.number, 0o600)
            return descriptor
        } catch {
            throw failure(error.code)
        }
    }

    private func failure(_ code: Int32) -> InputError {
        InputError(path, "cannot be written: \(systemMessage(code)); name another place with --rejects")
    }
}
