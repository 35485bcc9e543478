internal import ArgumentParser
internal import Engine
internal import Erasure
internal import Foundation
internal import GraphStore
internal import Identity

struct RunErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Carry out an approved erasure, or go on with one.",
        discussion: """
            Puts the person out of sight, deletes what is held, and where the store is small (privacy.scrub_identifiers) \
            scrubs it at once; a larger one waits for `selvedge scrub`. Then every file of the data directory is searched \
            by a process of its own, and the certificate is made. It can be stopped and run again at any point.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "Its number.") var number: UInt64
    @Flag(name: .long, help: "Scrub the store though it is large.") var scrub = false

    mutating func run() throws {
        let engine = try store.store.openForWriting("privacy run")
        let (number, scrub) = (number, scrub)
        let status = try Waiting.during("erasing") {
            try engine.completeErasure(number, .ofProgram, scrubs: scrub)
        }
        try ErasureAnswer(status).say(json: store.json)
        if status.state == .deleted, !store.json {
            try Console.line("not scrubbed yet: run `selvedge scrub --data \(store.place.data)`, then this again")
        }
    }
}

extension ErasureTools {
    /// This program's own: it searches by starting itself.
    static let ofProgram = ErasureTools(
        search: { try FileSearch.run($0, $1) }, certificate: { try Self.certificate($0) }, now: { Clock.now })

    private static func certificate(_ ending: Ending) throws -> (text: String, json: String) {
        let (row, found) = (ending.status.row, ending.search)
        func time(_ time: Timestamp) -> CertificateTime { CertificateTime(milliseconds: time.milliseconds) }
        var search = ErasureCertificate.Search(
            ScanReport(), needles: ending.verification.patterns, rows: ending.verification.rows, rowHits: 0,
            started: time(ending.began), ended: time(ending.ended))
        (search.files, search.bytes, search.hits) = (found.files, found.bytes, found.hits)
        (search.skipped, search.filesWithHits) = (found.skipped, found.filesWithHits)
        var pending: [ErasureCertificate.Pending] = []
        if let backups = ending.backups { pending.append(.backups(count: backups.count, until: time(backups.until))) }
        if let feed = ending.feed { pending.append(.feedEntries(count: feed.entries, until: time(feed.until))) }
        let certificate = ErasureCertificate(
            reference: ending.status.number, requestHash: row.requestHash.bytes,
            requester: row.step(.requested)?.principal ?? "",
            approver: row.approvals > 1 ? row.step(.approved)?.principal : nil,
            steps: row.steps.compactMap { step in
                ErasureCertificate.State(rawValue: step.state.description).map { .init($0, at: time(step.time)) }
            },
            removals: [
                .init(what: "identifiers", count: Int(row.counts.identifiers)),
                .init(what: "records", count: Int(row.counts.records)),
            ], sharedIdentifiersKept: Int(row.counts.shared), likenessesKept: Int(row.counts.likely), search: search,
            canaries: CanaryProof(
                counts: found.canaries.compactMap { entry in
                    CanaryField.Place(rawValue: entry.place).map {
                        .init(place: $0, planted: entry.planted, seen: entry.seen)
                    }
                }),
            pending: pending,
            toolVersion: found.version, issued: time(ending.ended))
        return (certificate.text, certificate.json)
    }
}

/// The search of a data directory, in a process of its own: closing LMDB's lock file would drop this one's locks.
extension FileSearch {
    static let programVersion = "selvedge 1"

    static func run(_ directory: String, _ patterns: [[UInt8]]) throws -> FileSearch {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["verify-erasure", "--data", directory]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch {
            throw Failure(.storeTrouble, "the search could not be started; run this again")
        }
        let lines = patterns.map { hexadecimal($0) + "\n" }.joined()
        // A pipe holds less than a large search takes, so it is filled beside reading.
        DispatchQueue.global().async {
            try? input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
            try? input.fileHandleForWriting.close()
        }
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let answer = try? JSONDecoder().decode(FileSearch.self, from: data) else {
            throw Failure(.storeTrouble, "the search of the files did not end well; run this again")
        }
        return answer
    }
}

struct VerifyErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-erasure",
        abstract: "Search every file of a data directory for patterns, having first proven on canaries that it sees.",
        discussion: """
            Reads patterns from standard input, one a line in hexadecimal digits, and answers in JSON. The store is not \
            opened: one that cannot be is searched as well. `selvedge privacy run` starts it.
            """)

    @OptionGroup var place: PlaceOptions

    mutating func run() throws {
        var needles: [Needle] = []
        while let line = readLine() {
            guard let needle = Hexadecimal.bytes(line).flatMap({ Needle($0) }) else {
                throw Failure(.refusedInput, "a pattern is 16 to 128 hexadecimal digits, one a line")
            }
            needles.append(needle)
        }
        let scratch = FileManager.default.temporaryDirectory.path + "/selvedge-canaries-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var generator = SystemRandomNumberGenerator()
        let (proof, report) = try ProvenScan.run(place.data, for: needles, scratch: scratch, using: &generator)
        var answer = FileSearch()
        answer.version = FileSearch.programVersion
        (answer.files, answer.bytes) = (report.files.count, report.bytes)
        (answer.hits, answer.skipped) = (report.hitCount, report.skipped.count)
        answer.filesWithHits = Array(report.files.filter { $0.hits > 0 }.map(\.path).prefix(100))
        answer.canaries = proof.counts.map { .init(place: $0.place.rawValue, planted: $0.planted, seen: $0.seen) }
        try JSONLine.print(answer)
    }
}

/// Bytes as digits.
enum Hexadecimal {
    /// Nil where the text is not of whole bytes.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") ? $0 - 48 : ($0 | 32) &- 87 }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 < 16 }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
