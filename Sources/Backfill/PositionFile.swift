internal import Foundation

/// How far a load over a server has come: a small file, replaced whole, from which the load goes on.
package struct PositionFile: Sendable {
    /// What is kept of one input.
    package struct Input: Codable, Hashable, Sendable {
        package var name: String
        /// Over the file and the mapping; see `InputFile.signature`.
        package var digest: [UInt8]
        package var bytes: UInt64 = 0
        /// The line that comes next.
        package var line = 1
        package var isComplete = false

        package init(_ signature: InputSignature) { (name, digest) = (signature.name, signature.digest) }
    }

    package struct Content: Codable, Sendable {
        /// As it was given.
        package var server: String
        package var inputs: [Input]
        package var tally = RowTally()
        /// Bytes of the reject file.
        package var rejectBytes = 0

        package init(server: String, inputs: [Input]) { (self.server, self.inputs) = (server, inputs) }
    }

    package let path: String

    package init(_ path: String) { self.path = path }

    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    package func read() throws(InputError) -> Content {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(path, "cannot be read; without it there is nothing to go on from: run it without --resume")
        }
        do {
            return try JSONDecoder().decode(Content.self, from: data)
        } catch {
            throw InputError(path, "is no position file; begin anew with --restart")
        }
    }

    /// Replaces the file; it is durable when this returns.
    package func write(_ content: Content) throws(InputError) {
        do {
            let descriptor = try Descriptor.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC)
            defer { descriptor.close() }
            let bytes = Array((try? JSONEncoder().encode(content)) ?? Data())
            let code = descriptor.write(bytes)
            guard code == 0 else { throw SystemError(code: code) }
            guard fsync(descriptor.number) == 0 else { throw SystemError(code: errno) }
            // Sound: a path is a terminated string for the call.
            guard unsafe rename(path + ".new", path) == 0 else { throw SystemError(code: errno) }
        } catch {
            throw InputError(path, "cannot be written: \(error); name another place with --position")
        }
    }

    package func remove() {
        // Sound: a path is a terminated string for the call.
        unsafe unlink(path)
    }
}
