import Foundation
import TestSupport
import Testing

/// Devices by likeness on generated traffic: more of it is addressable, and on no shape is a link less precise than the
/// threshold states.
@Suite("devices on shapes") struct DeviceShapeTests {
    private struct Outcome {
        var precision: Double
        var share: Double
        var shareBefore: Double
        /// Of the pairs that likeness adds, those of one person; nil: it adds none.
        var added: Double?
    }

    private func outcome(of shape: String, people: Int, seed: Int) throws -> Outcome {
        let tool = try Tool.withStore()
        let files = (try tool.file("shape.yaml", shape), tool.path + "/o.jsonl", tool.path + "/t.csv")
        try DamageProgram.simulate.demand([
            "--seed", "\(seed)", "--people", "\(people)", "--shape", files.0, "--out", files.1, "--truth", files.2,
            "--summary", tool.path + "/summary.json",
        ])
        // Without the records of customers: their likeness is another matter.
        let traffic = try String(contentsOfFile: files.1, encoding: .utf8).split(separator: "\n")
            .filter { !$0.contains("\"given_name\"") }
        let events = try tool.file("events.jsonl", traffic.joined(separator: "\n") + "\n")
        // Placeholders are refused: the exit code says so.
        _ = try tool.run(["record", "--data", tool.store, "--rejects", tool.path + "/rejects", events])
        // Where no devices can be linked there is no model, and nothing to link by: that is said.
        let trained = try tool.run(["train", "linkage", "--data", tool.store])
        #expect(
            trained.status == 0 || trained.status == 1 && trained.err.contains("of devices neither"), "\(trained.err)")
        if trained.status == 0 { try tool.ask("link") }
        let found = try #require(
            try tool.ask("evaluate", "--truth", files.2, "--json").json()["identifiers"] as? [String: Any])
        let plain = found["without_likeness"] as? [String: Any] ?? found
        #expect(try tool.run(["check", "--data", tool.store]).status == 0)
        return Outcome(
            precision: try #require(found["precision"] as? Double),
            share: try #require(found["addressable_share"] as? Double),
            shareBefore: try #require(plain["addressable_share"] as? Double),
            added: plain["added_precision"] as? Double)
    }

    @Test func onTheDefaultShapeMoreIsAddressable() throws {
        let outcome = try outcome(of: "calendar: {days: 28}\n", people: 12_000, seed: 5)
        #expect(outcome.precision >= 0.985)
        #expect(outcome.share >= outcome.shareBefore + 0.003)
    }

    @Test(arguments: [
        "network: {carrier_nat: 0.5, carrier_nat_people: 300, address_days: 4}\npeople: {in_household: 0.95}\n",
        "network: {virtual_networks: 0.5, virtual_exits: 4}\n",
        "network: {office_workers: 0.9, office_people: 300, office_devices: 0.9}\n",
        "network: {common_devices: 5}\npeople: {in_household: 0.9}\n",
        "difficulty: {kiosks: 40, kiosk_visits: 0.3, shared_devices: 0.4, shared_device_use: 0.4}\n",
        "people: {never_known: 0.6, in_household: 0.95}\nnetwork: {common_devices: 2}\n",
    ])
    func noShapeFallsBelowWhatTheThresholdStates(_ shape: String) throws {
        let outcome = try outcome(of: shape, people: 1_500, seed: 5)
        #expect(outcome.precision >= 0.985)
        // Few are added on some shapes: a pair more or less of two people is left to chance.
        if let added = outcome.added { #expect(added >= 0.9, "\(shape)") }
    }
}
