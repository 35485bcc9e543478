import Identity
import Testing

/// What an event shows of its device, as tokens.
@Suite("Sightings") struct SightingTests {
    private func words(_ document: String) throws -> [UInt32] {
        var encoder = FeatureEncoder(schema: .standard, keyRing: try testKeyRing())
        return try encoder.sighting(document: Array(document.utf8).span)?.words ?? []
    }

    private static let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) Version/18.2 Safari/604.1"

    @Test func versionsThatGoUpAreTheSameBrowser() throws {
        let first = try words(#"{"user_agent":"\#(Self.phone)"}"#)
        let second = try words(#"{"user_agent":"\#(Self.phone.replacing("18", with: "19"))"}"#)
        #expect(!first.isEmpty)
        #expect(first == second)
        #expect(try words(#"{"user_agent":"\#(Self.phone.replacing("Safari", with: "CriOS"))"}"#) != first)
    }

    @Test func ofVersionSixThePrefixOfAHouseholdCounts() throws {
        let first = try words(#"{"ip":"2003:c0:1:2:aaaa::1"}"#)
        #expect(first == (try words(#"{"ip":"2003:c0:1:2:bbbb::7"}"#)))
        let other = try words(#"{"ip":"2003:c0:1:3:aaaa::1"}"#)
        #expect(first[0] != other[0])
        #expect(first[1] == other[1])
    }

    @Test func whatDoesNotTellOfADeviceIsPassedOver() throws {
        #expect(try words(#"{"family_name":"Miller","shoes":{"size":[41,42]}}"#).isEmpty)
        let plain = try words(#"{"screen":"390x844"}"#)
        #expect(plain == (try words(#"{"family_name":"Miller","screen":"844x390","ip":null}"#)))
        #expect(try words("{}").isEmpty)
    }

    @Test func itsBytesAreReadBack() throws {
        let sighting = Sighting(words: try words(#"{"ip":"192.0.2.1","latitude":52.5,"longitude":13.4}"#))
        #expect(Sighting(bytes: sighting.bytes) == sighting)
        #expect(Sighting(bytes: Array(sighting.bytes.dropLast())) == nil)
    }
}
