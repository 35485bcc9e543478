import Foundation
import SelvedgeClient
import SwiftProtobuf
import Testing

/// The example of the library's article, run.
@Suite(.timeLimit(.minutes(1))) struct ExampleTests {
    private func example(_ address: String) async throws -> (Resolution, Int) {
        // BEGIN
        let client = try SelvedgeClient(address)
        let visit = SelvedgeObservation(
            source: "web", time: 1_767_323_045_000,
            identifiers: [.email("jan@shop.example"), SelvedgeIdentifier(namespace: "cookie", value: "c-17")])
        let outcomes = try await client.record([visit])
        let resolution = try await client.resolve(.email("jan@shop.example"), for: "service")
        await client.shutdown()
        // END
        return (resolution, outcomes.count)
    }

    @Test func itDoesWhatItSays() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            guard frame.code == 0x0201 else { return connection.echo(frame) }
            connection.answer(frame.stream, SelvedgeRecordResponse.with { $0.outcomes = [SelvedgeItemOutcome()] })
        }
        let (resolution, outcomes) = try await example(server.address)
        #expect(resolution.profile?.id == "jan@shop.example")
        #expect(outcomes == 1)
        await server.stop()
    }

    @Test func theArticleShowsThisCode() throws {
        let here = URL(filePath: #filePath)
        let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let article = try String(
            contentsOf: root.appending(path: "Sources/SelvedgeClient/SelvedgeClient.docc/SelvedgeClient.md"),
            encoding: .utf8)
        let code = try String(contentsOf: here, encoding: .utf8)
        let shown = try #require(
            article.components(separatedBy: "```swift\n").dropFirst().first?.components(separatedBy: "```").first)
        let run = try #require(
            code.components(separatedBy: "// BEGIN\n").dropFirst().first?.components(separatedBy: "        // END")
                .first)
        let indented = shown.split(separator: "\n").map { "        " + $0 + "\n" }.joined()
        #expect(indented == run)
    }
}
