import Foundation
import Testing

@Suite("selvedge init") struct InitTests {
    @Test func aStoreIsMadeAndTheKeyBesideItIsWarnedOf() throws {
        let tool = try Tool()
        let answer = try tool.run(["init", "--data", tool.store])
        #expect(answer.status == 0)
        #expect(answer.out.contains("production"))
        #expect(try mode(tool.store + "/root.key") == 0o400)
        let json = try tool.run(["init", "--json", "--data", tool.path + "/other"]).json()
        #expect(json["key_file"] as? String == tool.path + "/other/root.key")
    }

    @Test(arguments: ["s", "./s", "s/", "a/b"])
    func aRelativePathIsAsGoodAsAnother(_ place: String) throws {
        let tool = try Tool()
        let here = tool.path + "/here"
        try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
        #expect(try tool.run(["init", "--data", "here/" + place]).status == 0)
        #expect(try tool.run(["init", "--data", place, "--key-file", "k"]).status == 0)
        #expect(try tool.run(["clusters", "--data", place, "--out", "c"]).status == 0)
        #expect(try tool.run(["check", "--data", "here/" + place]).status == 0)
        #expect(try tool.run(["init", "--data", "n/m", "--key-file", "no/key"]).status == 1)
        #expect(!FileManager.default.fileExists(atPath: tool.path + "/n"))
    }

    @Test func aKeyFileElsewhereIsMadeOrUsed() throws {
        let tool = try Tool()
        let key = tool.path + "/key"
        let answer = try tool.run(["init", "--data", tool.store, "--key-file", key])
        #expect(answer.status == 0)
        #expect(!answer.out.contains("production"))
        #expect(try mode(key) == 0o400)
        #expect(try tool.run(["init", "--data", tool.path + "/second", "--key-file", key]).status == 0)
        let same = ["init", "--data", tool.path + "/third", "--keys-of", tool.store, "--key-file", key]
        #expect(try tool.run(same).status == 0)
        let keys = try [tool.store, tool.path + "/second", tool.path + "/third"].map { store in
            try tool.run(["key", "--data", store, "email:\(Lines.email)"]).out
        }
        #expect(keys[0] != keys[1])
        #expect(keys[0] == keys[2])
    }

    @Test func aStoreIsNeverMadeOverAnother() throws {
        let tool = try Tool.withStore()
        let answer = try tool.run(["init", "--data", tool.store])
        #expect(answer.status == 1)
        #expect(answer.err.hasPrefix("selvedge: "))
        #expect(try tool.ask("check").status == 0)
    }

    struct BadKey: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var mode: Int
        var testDescription: String { name }
    }

    @Test(arguments: [
        BadKey(name: "readable by others", bytes: Array(0..<32), mode: 0o644),
        BadKey(name: "writable", bytes: Array(0..<32), mode: 0o600),
        BadKey(name: "too short", bytes: Array(0..<31), mode: 0o400),
        BadKey(name: "too long", bytes: Array(0..<100), mode: 0o400),
        BadKey(name: "all the same", bytes: Array(repeating: 0, count: 32), mode: 0o400),
        BadKey(name: "no hexadecimal", bytes: Array(repeating: 0x78, count: 64), mode: 0o400),
    ])
    func aBadKeyIsRefusedBeforeAnythingIsWritten(_ bad: BadKey) throws {
        let tool = try Tool()
        let key = tool.path + "/key"
        try Data(bad.bytes).write(to: URL(filePath: key))
        try FileManager.default.setAttributes([.posixPermissions: bad.mode], ofItemAtPath: key)
        let answer = try tool.run(["init", "--data", tool.store + "/deep", "--key-file", key])
        #expect(answer.status == 1)
        #expect(answer.err.contains(key))
        #expect(!FileManager.default.fileExists(atPath: tool.store))
        #expect(FileManager.default.fileExists(atPath: key))
    }

    @Test(arguments: [
        "namespaces: {email: {hub_limit: many}}", "namespases: {}", "limits: {group_records: 0}", "a: [",
    ])
    func aBadConfigurationIsRefusedWithItsPlace(_ yaml: String) throws {
        let tool = try Tool()
        let file = try tool.file("selvedge.yaml", yaml)
        let answer = try tool.run(["init", "--data", tool.store, "--config", file])
        #expect(answer.status == 1)
        #expect(answer.err.hasPrefix("selvedge: \(file):"))
        #expect(!FileManager.default.fileExists(atPath: tool.store))
    }

    @Test func whatCannotBeMadeLeavesNothingBehind() throws {
        let tool = try Tool()
        let answer = try tool.run(["init", "--data", tool.store, "--key-file", tool.path + "/no/such/key"])
        #expect(answer.status == 1)
        #expect(!FileManager.default.fileExists(atPath: tool.store))
        #expect(try tool.run(["init", "--data", tool.store, "--config", tool.path + "/none.yaml"]).status == 1)
        #expect(!FileManager.default.fileExists(atPath: tool.store))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    /// As systemd 254 and later hand out credentials: root's, readable for one more user by an access control list.
    @Test(.enabled(if: geteuid() == 0)) func aCredentialMayBeReadableByItsGroup() throws {
        let tool = try Tool()
        let (folder, key) = (tool.path + "/credentials", tool.path + "/credentials/root.key")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data((0..<32).map { UInt8($0) }).write(to: URL(filePath: key))
        let attempts: [(mode: Int, folder: String, status: Int32)] = [
            (0o440, "", 1), (0o440, tool.path, 1), (0o444, folder, 1), (0o640, folder, 1), (0o440, folder, 0),
        ]
        for (mode, folder, status) in attempts {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
            let arguments = ["init", "--data", tool.store, "--key-file", key]
            let run = try tool.start(arguments, environment: ["CREDENTIALS_DIRECTORY": folder])
            let answer = try run.finish()
            #expect(answer.status == status, "\(mode) in \(folder): \(answer.err)")
        }
    }
}
