import Foundation
import Glibc
import Testing

/// SoftHSM 2 in place of a token: one for all tests of a process, as the module reads its configuration once.
final class TestToken: Sendable {
    static let shared = Result { try TestToken() }

    private let directory: String
    private let module: String

    private init() throws {
        let candidates = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"]
        module = try #require(
            candidates.first { FileManager.default.fileExists(atPath: $0) },
            "SoftHSM 2 is not installed: run tools/bootstrap")
        directory = NSTemporaryDirectory() + "/selvedge-store-token-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory + "/tokens", withIntermediateDirectories: true)
        let configuration = directory + "/softhsm2.conf"
        try Data("directories.tokendir = \(directory)/tokens\nlog.level = ERROR\n".utf8)
            .write(to: URL(filePath: configuration))
        unsafe _ = setenv("SOFTHSM2_CONF", configuration, 1)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "softhsm2-util", "--init-token", "--free", "--label", "store", "--so-pin", "12345678", "--pin", "8642",
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "softhsm2-util failed")
        try Data("8642\n".utf8).write(to: URL(filePath: directory + "/pin"))
        try #require(unsafe chmod(directory + "/pin", 0o400) == 0)
        _ = atexit { if case .success(let token) = TestToken.shared { token.remove() } }
    }

    private func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// The place of a key in it.
    func place(_ object: String) -> String {
        "pkcs11:token=store;object=\(object)?module-path=\(module)&pin-source=file:\(directory)/pin"
    }
}
