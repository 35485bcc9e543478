package import Engine
internal import Foundation
package import Identity
internal import GraphStore
package import LMDB

/// A directory of its own in memory where there is any, removed with the value.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory.path
        path = parent + "/selvedge-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A store that lasts as long as the test, open for writing.
package final class TemporaryStore: Sendable {
    package static let options = Environment.Options(growthStep: 1 << 20)

    package let engine: Engine
    private let directory: TemporaryDirectory

    package init(_ configuration: Configuration) throws {
        directory = try TemporaryDirectory()
        engine = try Self.engine(at: directory.path + "/store", configuration)
    }

    /// A new store, open for writing, in a directory that is the caller's to remove.
    package static func engine(at path: String, _ configuration: Configuration) throws -> Engine {
        try Store.create(
            directory: path, configuration: configuration, keyFile: nil, random: SystemRandom(), options: options)
        return try Engine(directory: path, mode: .write(program: "tests"), options: options)
    }
}

/// Reads the whole store and throws where it contradicts itself.
package func checkIntegrity(_ engine: Engine) throws {
    let report = IntegrityCheck.run(engine.store)
    guard report.isClean else { throw DamagedStore(findings: report.findings) }
}

/// What the integrity check found after a test.
package struct DamagedStore: Error {
    package let findings: [String]
}
