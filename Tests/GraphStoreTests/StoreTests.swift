import Foundation
import GraphStore
import Identity
import TestSupport
import Testing

/// Making a store, and what is left where that fails.
@Suite struct StoreTests {
    private static func create(_ directory: String, keyFile: String?) throws {
        try Store.create(directory: directory, configuration: .builtIn, keyFile: keyFile, random: SystemRandom())
    }

    @Test func whatCannotBeMadeLeavesNoDirectoryBehind() throws {
        let place = try TemporaryDirectory()
        let store = place.path + "/deep/deeper/store"
        #expect(throws: KeyError.self) { try Self.create(store, keyFile: place.path + "/no/such/key") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
    }

    /// The last step but one fails: a directory stands where the label is to be.
    @Test(arguments: [true, false])
    func aLateFailureTakesTheKeyAndTheGenerationAway(keyIsInside: Bool) throws {
        let place = try TemporaryDirectory()
        let store = place.path + "/store"
        try FileManager.default.createDirectory(atPath: store + "/STORE/x", withIntermediateDirectories: true)
        #expect(throws: StoreError.self) { try Self.create(store, keyFile: keyIsInside ? nil : place.path + "/key") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: store) == ["STORE"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["store"])
    }

    @Test func aKeyThatWasThereStays() throws {
        let place = try TemporaryDirectory()
        let (store, key) = (place.path + "/store", place.path + "/key")
        _ = try RootKey.create(at: key, random: SystemRandom())
        try FileManager.default.createDirectory(atPath: store + "/STORE/x", withIntermediateDirectories: true)
        #expect(throws: StoreError.self) { try Self.create(store, keyFile: key) }
        #expect(FileManager.default.fileExists(atPath: key))
    }
}
