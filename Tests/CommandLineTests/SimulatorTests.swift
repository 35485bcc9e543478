import Foundation
import TestSupport
import Testing

/// The generator of traffic, through its executable.
@Suite("simulate") struct SimulatorTests {
    private struct Output {
        var observations: Data
        var truth: Data
        var recordTruth: Data
        var summary: [String: Any]
    }

    private func simulate(_ seed: Int, people: Int, shape: String? = nil) throws -> Output {
        let directory = try TemporaryDirectory()
        let names = ["out", "truth", "record-truth", "summary"]
        var arguments = ["--seed", "\(seed)", "--people", "\(people)"]
        for name in names { arguments += ["--" + name, "\(directory.path)/\(name)"] }
        if let shape {
            try shape.write(toFile: directory.path + "/shape", atomically: false, encoding: .utf8)
            arguments += ["--shape", directory.path + "/shape"]
        }
        try DamageProgram.simulate.demand(arguments)
        let files = try names.map { try Data(contentsOf: URL(filePath: "\(directory.path)/\($0)")) }
        let summary = try #require(JSONSerialization.jsonObject(with: files[3]) as? [String: Any])
        return Output(observations: files[0], truth: files[1], recordTruth: files[2], summary: summary)
    }

    /// One line of observations.
    private struct Observation: Decodable {
        struct Identifier: Decodable, Hashable {
            var namespace: String
            var value: String
        }

        var time: String
        var identifiers: [Identifier]
    }

    private func read(_ observations: Data) throws -> [Observation] {
        try observations.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Observation.self, from: Data($0))
        }
    }

    @Test func theSameSeedGivesTheSameBytesAndAnotherGivesOthers() throws {
        let (first, second) = (try simulate(7, people: 300), try simulate(7, people: 300))
        #expect(first.observations == second.observations)
        #expect(first.truth == second.truth)
        #expect(first.recordTruth == second.recordTruth)
        let other = try simulate(8, people: 300)
        #expect(first.observations != other.observations)
        #expect(first.truth != other.truth)
    }

    /// Counted in the observations themselves: the first one of a session shows nothing that points at a person.
    @Test(arguments: [0.3, 0.58, 0.8])
    func theShareOfAnonymousEntriesIsTheShapes(_ share: Double) throws {
        let output = try simulate(5, people: 3_000, shape: "visits: {anonymous_at_entry: \(share)}\n")
        let personal: Set = ["email", "phone", "login", "loyalty_id", "customer_id"]
        var entries: [String: (time: String, isKnown: Bool)] = [:]
        for observation in try read(output.observations) {
            guard let session = observation.identifiers.first(where: { $0.namespace == "session" }) else { continue }
            if let earlier = entries[session.value], earlier.time <= observation.time { continue }
            let isKnown = observation.identifiers.contains { personal.contains($0.namespace) }
            entries[session.value] = (observation.time, isKnown)
        }
        let found = Double(entries.values.count { !$0.isKnown }) / Double(entries.count)
        #expect(entries.count > 10_000)
        #expect(abs(found - share) <= 0.01, "\(found)")
        #expect(abs((output.summary["anonymous_at_entry"] as? Double ?? 0) - found) < 0.0001)
    }

    @Test func theTruthNamesOnlyIdentifiersThatOccur() throws {
        // The truth has one spelling for all that mean the same.
        let output = try simulate(9, people: 400, shape: "difficulty: {variant_spelling: 0}\n")
        let occurring = Set(try read(output.observations).flatMap(\.identifiers).map { "\($0.namespace),\($0.value)" })
        let rows = String(decoding: output.truth, as: UTF8.self).split(separator: "\n").dropFirst()
        let named = rows.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(named.allSatisfy { $0.count == 5 })
        let listed = named.map { "\($0[0]),\($0[1])" }
        #expect(Set(listed).count == listed.count)
        #expect(Set(listed).subtracting(occurring).isEmpty)
        #expect(Set(rows.map { $0.split(separator: ",")[0] }).contains("session"))
    }
}
