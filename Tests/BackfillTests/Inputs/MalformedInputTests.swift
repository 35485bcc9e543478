import Backfill
import Engine
import Foundation
import Identity
import TestSupport
import Testing

/// Whatever is wrong with an input, it is a clear reject or a clear refusal, and nothing else is lost.
@Suite struct MalformedInputTests {
    @Test func thereAreTwoHundredOfThem() {
        #expect(Malformed.all.count >= 200)
        #expect(Set(Malformed.all.map(\.name)).count == Malformed.all.count)
    }

    @Test func eachIsAClearRejectOrAClearRefusal() throws {
        let folder = try InputFolder()
        let store = folder.path + "/store"
        // Made, and closed again.
        _ = try TemporaryStore.engine(at: store, .builtIn)
        for (number, one) in Malformed.all.enumerated() {
            let path = try folder.write("\(number)/\(one.file)", one.bytes)
            do {
                let reader = try load(path, one, store, rejects: folder.path + "/\(number).rejects.jsonl")
                guard case .reject(let reason, let line, let column) = one.fate else {
                    Issue.record("\(one.name): was taken: \(reader.tally)")
                    continue
                }
                #expect(reader.tally.rejected == [reason: 1], "\(one.name)")
                #expect(reader.tally.accepted == one.accepted, "\(one.name)")
                #expect(reader.tally.rows == one.accepted + 1, "\(one.name)")
                try check(reject: folder.path + "/\(number).rejects.jsonl", one, reason, line, column)
            } catch {
                guard case .refusal(let words) = one.fate else {
                    Issue.record("\(one.name): \(error)")
                    continue
                }
                #expect("\(error)".contains(words), "\(one.name): \(error)")
            }
        }
    }

    private func load(_ path: String, _ one: Malformed, _ store: String, rejects: String) throws -> LoadReader {
        let mapping = try one.mapping.map { try Mapping(yaml: $0, file: "map.yaml") }
        let files = try InputList.resolve([path], format: nil)
        let inputs = try OpenInputs(files, mapping: mapping, limit: Limits().lineBytes, stops: { false })
        let run = try BackfillRun(
            directory: store, inputs: try files.map { try $0.signature(mapping: []) },
            options: BackfillOptions(restart: true, isDryRun: true))
        defer { try? run.abandon() }
        let reader = try LoadReader(
            run, inputs, rejects: rejects,
            options: LoadReader.Options(
                threads: 2, mostRejects: nil, cacheBytes: 1 << 16, stops: { false },
                now: { Timestamp(milliseconds: 1_800_000_000_000) }))
        #expect(try reader.read() == .finished)
        return reader
    }

    /// The reject file says where and why, and nothing of what the row says.
    private func check(reject path: String, _ one: Malformed, _ reason: String, _ line: Int, _ column: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 1, "\(one.name)")
        let reject = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(reject["reason"] as? String == reason, "\(one.name)")
        #expect(reject["line"] as? Int == line, "\(one.name)")
        #expect(reject["column"] as? String == column, "\(one.name)")
        #expect((reject["advice"] as? String)?.isEmpty == false, "\(one.name)")
        let form = try #require(reject["text"] as? String)
        #expect(!form.contains("example") && !form.contains("ann") && form.utf8.count <= 260, "\(one.name): \(form)")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
