internal import Backfill
internal import Foundation

extension Descriptor {
    /// Opens a file of input; `-` is standard input.
    static func input(_ path: String) throws -> Descriptor {
        if path == "-" { return Descriptor(STDIN_FILENO) }
        do {
            return try open(path, O_RDONLY)
        } catch {
            throw Failure(.refusedInput, "\(path) cannot be read: \(error)")
        }
    }
}
