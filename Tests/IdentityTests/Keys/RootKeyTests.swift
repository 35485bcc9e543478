import Foundation
import Glibc
import Identity
import Testing

@Suite struct RootKeyTests {
    private static let digits = String(repeating: "0123456789abcdef", count: 4)

    @Test func aMadeKeyLoadsAgainToTheSameRing() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/root.key"
            let made = try RootKey.create(at: path, random: SystemRandom())
            let loaded = try RootKey.load(from: path)
            #expect(try KeyRing(root: made).keyCheckValue == KeyRing(root: loaded).keyCheckValue)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o400)
            #expect(attributes[.size] as? Int == 32)
        }
    }

    @Test func twoMadeKeysDiffer() throws {
        let first = try KeyRing(root: RootKey(random: SystemRandom()))
        let second = try KeyRing(root: RootKey(random: SystemRandom()))
        #expect(first.keyCheckValue != second.keyCheckValue)
    }

    @Test func anExistingFileIsNeverReplaced() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/root.key"
            try write(Data("keep".utf8), to: path, mode: 0o400)
            #expect(throws: KeyError.exists(path: path)) {
                try RootKey.create(at: path, random: SystemRandom())
            }
            #expect(try Data(contentsOf: URL(filePath: path)) == Data("keep".utf8))
        }
    }

    @Test func withoutRandomnessNothingIsMade() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/root.key"
            #expect(throws: KeyError.randomness) { try RootKey.create(at: path, random: BrokenRandom()) }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func hexadecimalAndRawAreTheSameKey() throws {
        try withTemporaryDirectory { directory in
            let raw = Data((0..<32).map { UInt8($0) })
            let hexadecimal = raw.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            var checks: Set<[UInt8]> = []
            for (index, content) in [
                raw, Data(hexadecimal.utf8), Data((hexadecimal + "\n").utf8), Data(hexadecimal.uppercased().utf8),
            ].enumerated() {
                let path = "\(directory)/\(index).key"
                try write(content, to: path, mode: 0o400)
                checks.insert(try KeyRing(root: RootKey.load(from: path)).keyCheckValue)
            }
            #expect(checks == [try testKeyRing().keyCheckValue])
        }
    }

    @Test(arguments: [0o600, 0o440, 0o404, 0o777, 0o000, 0o4400])
    func anyModeBut0400IsRefusedWithTheCommandToRun(mode: Int) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/root.key"
            try write(Data(Self.digits.utf8), to: path, mode: mode)
            let error = refusal(path)
            // An ordinary user cannot even open a file of mode 000.
            if mode == 0, geteuid() != 0 {
                #expect(error?.description.contains("open failed") == true)
            } else {
                #expect(error == .wrongMode(path: path, mode: UInt32(mode)))
                #expect(error?.description.contains("chmod 0400 \(path)") == true)
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func anotherUsersFileIsRefused() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/root.key"
            try write(Data(Self.digits.utf8), to: path, mode: 0o400)
            try #require(unsafe chown(path, 65_534, 65_534) == 0)
            #expect(refusal(path) == .wrongOwner(path: path, owner: 65_534, expected: 0))
        }
    }

    @Test(arguments: [0, 1, 31, 33, 63, 66, 4_096]) func aWrongLengthIsRefused(count: Int) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/root.key"
            try write(Data(repeating: UInt8(ascii: "a"), count: count), to: path, mode: 0o400)
            #expect(refusal(path) == .wrongLength(path: path, bytes: count))
        }
    }

    @Test func whatIsNotAKeyIsRefused() throws {
        try withTemporaryDirectory { directory in
            #expect(refusal(directory + "/none") == .notFound(path: directory + "/none"))
            #expect(refusal(directory) == .notRegular(path: directory))
            let pipe = directory + "/pipe"
            try #require(unsafe mkfifo(pipe, 0o400) == 0)
            #expect(refusal(pipe) == .notRegular(path: pipe))
            let letters = directory + "/letters"
            try write(Data(String(repeating: "z", count: 64).utf8), to: letters, mode: 0o400)
            #expect(refusal(letters) == .notHexadecimal(path: letters))
            let tail = directory + "/tail"
            try write(Data((Self.digits + "f").utf8), to: tail, mode: 0o400)
            #expect(refusal(tail) == .wrongLength(path: tail, bytes: 65))
            for (name, content) in [("zeros", Data(count: 32)), ("hex", Data(String(repeating: "7", count: 64).utf8))] {
                let path = "\(directory)/\(name)"
                try write(content, to: path, mode: 0o400)
                #expect(refusal(path) == .weak(path: path))
            }
        }
    }

    @Test func aKeyNeverPrintsItself() throws {
        let root = try RootKey(random: CountingRandom())
        #expect("\(root)" == "<redacted>")
        #expect("\(try KeyRing(root: root))" == "<redacted>")
    }

    private func refusal(_ path: String) -> KeyError? {
        do throws(KeyError) {
            _ = try RootKey.load(from: path)
            return nil
        } catch {
            return error
        }
    }

    private func write(_ data: Data, to path: String, mode: Int) throws {
        try data.write(to: URL(filePath: path))
        try #require(unsafe chmod(path, mode_t(mode)) == 0)
    }
}
