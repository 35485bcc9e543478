import Foundation
import TestSupport
import Testing

/// One writer at a time, and what the next one does when a writer ended without a word.
@Suite("Writers") struct WriterTests {
    /// A recorder that waits for more input.
    private func waiting(_ tool: Tool) throws -> (process: Process, input: Pipe) {
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(filePath: Tool.executable)
        process.arguments = ["record", "--data", tool.store, "--acknowledge"]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(Lines.person.utf8))
        let end = Date(timeIntervalSinceNow: 30)
        let question = ["resolve", "--data", tool.store, "--purpose", "service", "email:\(Lines.email)"]
        while try tool.run(question).out == "generic\n", Date() < end { usleep(10_000) }
        return (process, input)
    }

    @Test func theSecondWriterIsToldWhoHasTheStoreAndReadersAreServed() throws {
        let tool = try Tool.withStore()
        let first = try waiting(tool)
        for command in ["record", "sweep", "purge", "simulate"] {
            let second = try tool.ask(command)
            #expect(second.status == 3)
            #expect(second.err.contains("process \(first.process.processIdentifier)"))
            #expect(second.err.contains("selvedge record"))
        }
        #expect(try tool.ask("stats").status == 0)
        #expect(try tool.ask("check").status == 0)
        try first.input.fileHandleForWriting.close()
        first.process.waitUntilExit()
        #expect(first.process.terminationStatus == 0)
        #expect(try tool.ask("sweep").err.isEmpty)
    }

    @Test func slowInputIsDurableBeforeItsEnd() throws {
        let tool = try Tool.withStore()
        let first = try waiting(tool)
        #expect(try tool.ask("resolve", "--purpose", "service", "email:\(Lines.email)").out.hasPrefix("prf_"))
        try first.input.fileHandleForWriting.close()
        first.process.waitUntilExit()
    }

    @Test func afterAnUncleanEndTheStoreIsCheckedBeforeItIsWritten() throws {
        let tool = try Tool.withStore()
        let first = try waiting(tool)
        kill(first.process.processIdentifier, SIGKILL)
        first.process.waitUntilExit()
        let next = try tool.ask("sweep")
        #expect(next.status == 0)
        #expect(next.err.contains("process \(first.process.processIdentifier) (selvedge record) did not end cleanly"))
        #expect(next.err.contains("nothing to find"))
        #expect(try tool.ask("sweep").err.isEmpty)
    }

    @Test func aStoreThatCannotBeOpenedStaysMarked() throws {
        let tool = try Tool.withStore()
        let first = try waiting(tool)
        kill(first.process.processIdentifier, SIGKILL)
        first.process.waitUntilExit()
        let (label, aside) = (tool.store + "/STORE", tool.store + "/aside")
        try FileManager.default.moveItem(atPath: label, toPath: aside)
        #expect(try tool.ask("sweep").status == 3)
        try FileManager.default.moveItem(atPath: aside, toPath: label)
        let next = try tool.ask("sweep")
        #expect(next.status == 0)
        #expect(next.err.contains("process \(first.process.processIdentifier) (selvedge record) did not end cleanly"))
        #expect(try tool.ask("sweep").err.isEmpty)
    }

    @Test func aDamagedStoreIsNotWrittenAndStaysMarked() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        let first = try waiting(tool)
        kill(first.process.processIdentifier, SIGKILL)
        first.process.waitUntilExit()
        try damage(tool)
        for _ in 0..<2 {
            let next = try tool.ask("sweep")
            #expect(next.status == 3)
            #expect(next.err.contains("did not end cleanly"))
            #expect(next.err.contains("nothing was written"))
        }
    }

    /// Changes a byte wherever the identity key of the e-mail address lies.
    private func damage(_ tool: Tool) throws {
        let digits = Array(try tool.ask("key", "email:\(Lines.email)").out.utf8.dropLast())
        let key = try stride(from: 0, to: digits.count, by: 2).map { place in
            try #require(UInt8(String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16))
        }
        let url = URL(filePath: tool.store + "/gen-1/data.mdb")
        let bytes = try Data(contentsOf: url)
        let handle = try FileHandle(forWritingTo: url)
        var from = bytes.startIndex
        while let range = bytes.range(of: Data(key), in: from..<bytes.endIndex) {
            try handle.seek(toOffset: UInt64(range.lowerBound))
            try handle.write(contentsOf: [key[0] ^ 1])
            from = range.upperBound
        }
        try handle.close()
    }
}
