internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct DigestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Print a hash of who is together with whom.",
        discussion: """
            Free of order, of node ids and of profile ids: the same evidence under the same keys and configuration gives \
            the same digest, however it came. --content covers links, degrees, records and assertions too.
            """)

    @OptionGroup var store: StoreOptions

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
        let engine = asOf == nil ? try store.openForReading() : try store.openForWriting("digest")
        let digest = try Waiting.during("reading all of the store") {
            try engine.digest(content ? .content : .partition, asOf: asOf?.time)
        }
        guard store.json else { return try Console.line(digest.description) }
        let clock = try asOf?.time ?? engine.state().clock
        try JSONLine.print(
            Answer(kind: content ? "content" : "partition", digest: digest.description, asOf: clock.description))
    }
}
