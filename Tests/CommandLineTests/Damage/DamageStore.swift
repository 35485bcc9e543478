import Foundation
import TestSupport

/// A small store with a little of everything, made once, and what it answers while it is whole.
struct DamageStore {
    /// Identifiers as `resolve` takes them, those that are unknown included.
    let asked: [String]
    /// An answer for each.
    let baseline: [DamageAnswer]
    /// The data file while whole.
    let data: Data
    private let origin: TemporaryDirectory

    static let shared = Result { try DamageStore() }
    private static let people = 40
    private static let observations = 900
    private static let askedCount = 146

    private init() throws {
        origin = try TemporaryDirectory()
        let store = origin.path + "/store"
        let lines = try Self.traffic(in: origin.path)
        let (selvedge, file) = (DamageProgram.selvedge, origin.path + "/part.jsonl")
        try selvedge.demand(["init", "--data", store])
        // Several commits: so there are free pages, with what once was in them.
        let step = (lines.count + 5) / 6
        for start in stride(from: 0, to: lines.count, by: step) {
            let part = lines[start..<min(start + step, lines.count)].joined(separator: "\n") + "\n"
            try Data(part.utf8).write(to: URL(fileURLWithPath: file))
            try selvedge.demand(["record", "--data", store, file], orRefusals: true)
        }
        let held = try Self.identifiers(of: lines)
        try Self.arrange(store, held)
        let candidates = held.names + (0..<4).map { "email:nobody\($0)@example.org" }
        let resolve = ["resolve", "--data", store, "--purpose", "service", "--json"]
        let answers = try DamageAnswer.read(
            selvedge.demand(resolve + candidates, orRefusals: true).output)
        asked = zip(candidates, answers).filter { $1.outcome != "refused" }.map(\.0)
        baseline = try DamageAnswer.read(selvedge.demand(resolve + asked).output)
        data = try Data(contentsOf: Self.dataFile(of: store))
        try selvedge.demand(["check", "--data", store])
    }

    static func dataFile(of store: String) -> URL { URL(fileURLWithPath: store + "/gen-1/data.mdb") }

    /// A directory of its own with a copy of the store in `store`.
    func copy() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: origin.path + "/store", toPath: directory.path + "/store")
        return directory
    }

    private static func traffic(in directory: String) throws -> [Substring] {
        let file = directory + "/traffic.jsonl"
        try DamageProgram.simulate.demand([
            "--seed", "11", "--people", "\(people)", "--observations", "\(observations)", "--out", file,
        ])
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") + kiosk
    }

    /// A device on which so many people were seen that it is a hub, and its links are suspended.
    private static let kiosk: [Substring] = (0..<12).map { person in
        """
        {"id":"kiosk-\(person)","source":"pos","time":"2026-01-20T10:\(10 + person):00Z","identifiers":[\
        {"namespace":"device_id","value":"kiosk-in-the-shop"},\
        {"namespace":"email","value":"guest\(person)@shop.example"}]}
        """
    }

    /// Assertions, a retraction, and a sweep a year on, after which some identifiers are hidden and have heirs.
    private static func arrange(_ store: String, _ held: Held) throws {
        let selvedge = DamageProgram.selvedge
        let emails = held.names.filter { $0.hasPrefix("email:") }
        for (place, kind) in ["same", "same", "different", "different"].enumerated() where emails.count > 2 * place + 1
        {
            // One that contradicts the evidence is refused, which is as good.
            _ = try selvedge.run(
                ["assert", kind, emails[2 * place], emails[2 * place + 1], "--data", store, "--by", "tests"])
        }
        if let record = held.records.first {
            try selvedge.demand(["retract", "--data", store, "--source", record.source, "--record", record.id])
        }
        try selvedge.demand(["sweep", "--data", store, "--as-of", sweepTime])
    }

    /// Past the life of the cookies and sessions of the earlier half.
    private static let sweepTime = "2027-02-18T00:00:00Z"

    // MARK: Identifiers

    private struct Held {
        var names: [String] = []
        var records: [(source: String, id: String)] = []
    }

    private struct Line: Decodable {
        struct Identifier: Decodable {
            var namespace: String
            var value: String?
        }
        var source: String
        var recordID: String?
        var identifiers: [Identifier]

        private enum CodingKeys: String, CodingKey {
            case source, identifiers
            case recordID = "record_id"
        }
    }

    /// Evenly picked ones of every namespace, in the order of their first mention.
    private static func identifiers(of lines: [Substring]) throws -> Held {
        var held = Held()
        var seen: Set<String> = []
        for line in lines {
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            if let id = line.recordID { held.records.append((line.source, id)) }
            for identifier in line.identifiers {
                guard let value = identifier.value else { continue }
                let name = "\(identifier.namespace):\(value)"
                if seen.insert(name).inserted { held.names.append(name) }
            }
        }
        let kept = Double(held.names.count) / Double(askedCount)
        if kept > 1 { held.names = (0..<askedCount).map { held.names[Int(Double($0) * kept)] } }
        return held
    }
}

/// One line of `resolve --json`.
struct DamageAnswer: Decodable, Equatable {
    struct Member: Decodable, Hashable {
        var namespace: String
        var key: String
    }

    var argument: Int
    var outcome: String
    var profile: String?
    var members: [Member]

    static func read(_ output: Data) throws -> [DamageAnswer] {
        try output.split(separator: 0x0A).map { try JSONDecoder().decode(DamageAnswer.self, from: $0) }
    }

    /// How the answer differs from the one of the whole store.
    func difference(from whole: DamageAnswer) -> DamageOutcome {
        if self == whole { return .same }
        if !Set(members).isSubset(of: whole.members) { return .anotherPerson }
        return members.isEmpty ? .falseMiss : .lessOrOtherId
    }
}

/// What a command did on a damaged store, worst last.
enum DamageOutcome: String, CaseIterable, Comparable {
    case same = "same answers"
    case refused = "refused at open"
    case told = "error told"
    case caught = "signal, told"
    case signal = "signal"
    case hung = "hung"
    case lessOrOtherId = "less"
    case falseMiss = "false miss"
    case anotherPerson = "another person"

    static func < (left: Self, right: Self) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
