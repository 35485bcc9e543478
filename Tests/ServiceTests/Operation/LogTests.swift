import Foundation
import Identity
import Logging
import Service
import Synchronization
import Testing
import Wire

@Suite("The log") struct LogTests {
    private final class Lines: Sendable {
        private let held = Mutex<[String]>([])
        var all: [String] { held.withLock { $0 } }
        func add(_ line: String) { held.withLock { $0.append(line) } }
    }

    private let lines = Lines()

    private func log(_ level: LogLevel = .debug, _ format: LogSettings.Format = .json) -> ServiceLog {
        var settings = LogSettings()
        settings.level = level
        settings.format = format
        let lines = lines
        return ServiceLog(
            LogSink(settings, output: { lines.add($0) }, now: { Timestamp(milliseconds: 1_767_323_045_006) }))
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func aLineIsOneObjectOfJSON() throws {
        let log = log()
        log.info(
            "it went well", .count("items", 3), .method(.resolve), .status(.ok), .time("took", .milliseconds(1_500)))
        log.sink.flush()
        #expect(
            lines.all == [
                #"{"time":"2026-01-02T03:04:05.006Z","level":"info","message":"it went well","metadata":{"items":3,"#
                    + #""method":"Identity/Resolve","status":"OK","took":1.5}}"# + "\n"
            ])
        #expect(try object(lines.all[0])["level"] as? String == "info")
    }

    @Test func whatCouldEndALineIsEscaped() throws {
        let path = "/a\"b\\c\nd\u{1}\u{2028}e\u{85}"
        let log = log()
        log.error("it went wrong", .file(path))
        log.sink.flush()
        let line = try #require(lines.all.first)
        #expect(line.dropLast().unicodeScalars.allSatisfy { !$0.properties.isWhitespace || $0 == " " })
        #expect((try object(line)["metadata"] as? [String: String])?["file"] == path)
    }

    @Test func textIsOneLineToo() {
        let log = log(.debug, .text)
        log.warning("it is odd", .file("/a b\nc"), .count("n", 1))
        log.sink.flush()
        #expect(lines.all == ["2026-01-02T03:04:05.006Z warning it is odd file=\"/a b\\nc\" n=1\n"])
    }

    @Test(arguments: [(LogLevel.debug, 4), (.info, 3), (.warning, 2), (.error, 1)])
    func lesserLevelsAreLeftOut(level: LogLevel, count: Int) {
        let log = log(level)
        log.debug("a")
        log.info("b")
        log.warning("c")
        log.error("d")
        log.sink.flush()
        #expect(lines.all.count == count)
    }

    @Test func whereACallerIsStandsAtDebugOnly() {
        let log = log()
        log.warning("a connection failed", .peer("192.0.2.7:1234"))
        log.debug("a connection failed", .peer("192.0.2.7:1234"))
        log.sink.flush()
        #expect(lines.all.map { $0.contains("192.0.2.7") } == [false, true])
    }

    /// Whatever a library puts into its message and metadata stays out.
    @Test(arguments: [LogLevel.debug, .warning]) func whatALibraryQuotesIsNotWritten(level: LogLevel) throws {
        let secret = "zq7secret@example.org"
        let log = log(level)
        var library = log.library(secret)
        library[metadataKey: "user"] = "\(secret)"
        for number in Logger.Level.allCases {
            library.log(level: number, "hello \(secret)", metadata: ["a": "\(secret)"], source: "Lib\"\n \(secret)")
        }
        log.sink.flush()
        #expect(lines.all.count == (level == .debug ? 6 : 3))
        for line in lines.all {
            #expect(!line.contains(secret) && !line.contains("hello"))
            let metadata = try #require(try object(line)["metadata"] as? [String: Any])
            #expect(metadata["file"] as? String == "LogTests.swift")
        }
    }

    private struct Foreign: Error, CustomStringConvertible {
        var description: String { "zq7secret" }
    }

    @Test func anErrorOfOthersIsNamedByItsTypeAlone() throws {
        let log = log()
        log.error("it went wrong", .problem(Foreign()))
        log.error("it went wrong", .problem(ServiceFailure.store("no room")))
        log.sink.flush()
        let problems = try lines.all.map { (try object($0)["metadata"] as? [String: String])?["problem"] }
        #expect(problems[0] == "Foreign")
        #expect(problems[1]?.contains("no room") == true)
    }

    @Test(.timeLimit(.minutes(1))) func aLogThatNobodyReadsHoldsNobodyUp() {
        let gate = DispatchSemaphore(value: 0)
        let lines = lines
        let log = ServiceLog(
            LogSink(
                LogSettings(),
                output: {
                    gate.wait()
                    lines.add($0)
                }))
        for _ in 0..<10_000 { log.info("again") }
        for _ in 0..<5_000 { gate.signal() }
        log.info("after")
        gate.signal()
        log.sink.flush()
        #expect(lines.all.count < 5_000)
        #expect(lines.all.contains { $0.contains("\"lines_dropped\":") })
    }
}
