internal import BenchFacade
internal import Foundation

/// Somebody of the graph: an e-mail address, a phone number and a device.
struct Person {
    let number: Int

    static let namespaces = ["email", "phone", "device_id"]

    func value(in namespace: String) -> String {
        switch namespace {
        case "email": "customer.\(number)@shop-\(number % 97).example"
        case "phone": "+49151" + String(format: "%08d", number)
        default: "d-" + String(mix(UInt64(number)), radix: 16)
        }
    }

    var identifiers: [(namespace: String, value: String)] {
        Self.namespaces.map { ($0, value(in: $0)) }
    }
}

/// The graph, made once and kept; each run serves a copy.
struct MadeStore {
    let path: String

    /// Changed when what is made changes.
    private static let version = 1
    private static let group = 10_000

    /// Finds it, or makes it beside its place and moves it there when it is whole.
    init(people: Int, directory: String) throws {
        path = "\(directory)/store-v\(Self.version)-\(people)"
        guard !FileManager.default.fileExists(atPath: path) else { return }
        say("making a graph of \(people * 3) identifiers, once")
        let unfinished = path + ".unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        try BenchStore.create(directory: unfinished)
        try Self.fill(try BenchStore(directory: unfinished), people: people)
        try FileManager.default.moveItem(atPath: unfinished, toPath: path)
    }

    private static func fill(_ store: BenchStore, people: Int) throws {
        for start in stride(from: 0, to: people, by: group) {
            try store.record(
                (start..<min(start + group, people)).map { number in
                    BenchStore.Observation(
                        source: "web", milliseconds: 1_750_000_000_000 + Int64(number),
                        identifiers: Person(number: number).identifiers)
                })
        }
        let held = try store.size().identifiers
        guard held == people * 3 else { throw Failure("the graph has \(held) identifiers, not \(people * 3)") }
    }

    func copy(to place: String) throws { try Program.run(["cp", "-r", path, place], log: place + ".log") }
}
