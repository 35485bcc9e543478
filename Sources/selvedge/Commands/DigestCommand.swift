internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct DigestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Print a hash of who is together with whom.",
        discussion: """
            Free of order, of node ids and of profile ids: the same evidence under the same keys and configuration gives \
            the same digest, however it came. --content covers links, degrees, records and assertions too.
            """)

    @OptionGroup var target: TargetOptions

    @Flag(name: .long, help: "Cover all that is held, not the partition alone.")
    var content = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            As if swept until then: forward from the store's clock only. Nothing is written, but no other process may be \
            writing. \(TimeArgument.help).
            """, valueName: "time"))
    var asOf: TimeArgument?

    private struct Answer: Encodable {
        var kind: String
        var digest: String
        var asOf: String

        private enum CodingKeys: String, CodingKey {
            case kind, digest
            case asOf = "as_of"
        }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = asOf == nil ? try store.openForReading() : try store.openForWriting("digest")
        let digest = try Waiting.during("reading all of the store") {
            try engine.digest(content ? .content : .partition, asOf: asOf?.time)
        }
        guard target.json else { return try Console.line(digest.description) }
        let clock = try asOf?.time ?? engine.state().clock
        try say(digest, clock.description)
    }

    private func run(_ server: ServerStore) throws {
        let (content, time) = (content, asOf?.time.milliseconds)
        let bytes = try server.ask(waiting: "the server is reading all of the store") {
            try await $0.digest(content: content, asOf: time)
        }
        guard let digest = Digest(bytes) else { throw Failure(.storeTrouble, "the server's digest has not 32 bytes") }
        guard target.json else { return try Console.line(digest.description) }
        let clock = try asOf?.time.description ?? server.ask { try await $0.describe() }.clock
        try say(digest, clock)
    }

    private func say(_ digest: Digest, _ clock: String) throws {
        try JSONLine.print(
            Answer(kind: content ? "content" : "partition", digest: digest.description, asOf: clock))
    }
}
