internal import ArgumentParser
internal import Foundation
internal import GraphStore
internal import Identity

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make an empty store.",
        discussion: """
            The store's keys are drawn, and wrapped under the root key: `selvedge keys` changes either. The configuration \
            (namespaces, sources, limits) stays until `selvedge repartition` gives it another. What is refused leaves \
            nothing behind.
            """)

    @OptionGroup var store: PlaceOptions

    @Option(
        name: .long,
        help: ArgumentHelp("The configuration, laid over the built-in one for commerce.", valueName: "file.yaml"))
    var config: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            Where the root key is: a file of 32 raw bytes or 64 hexadecimal digits, mode 0400, made where there is none; \
            credential:NAME for one of systemd's; or a token's URI, pkcs11:... Without it the key lies in the store's \
            directory.
            """, valueName: "place"))
    var keyFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Have the keys of the store in this directory, so that the digests of the two can be compared.",
            valueName: "dir"))
    var keysOf: String?

    private struct Answer: Encodable {
        var data: String
        var keyFile: String
        var configuration: String
        var warning: String?

        private enum CodingKeys: String, CodingKey {
            case data, configuration, warning
            case keyFile = "key_file"
        }
    }

    mutating func run() throws {
        let configuration = try configuration()
        let data = store.data
        do {
            try Store.create(
                directory: data, configuration: configuration, keyFile: keyFile, keysOf: keysOf,
                random: SystemRandom())
        } catch {
            throw Self.asRefusal(error)
        }
        let keyPath = keyFile ?? data + "/root.key"
        let warning = try Store.keyLiesInside(data) ? Self.warning(keyPath) : nil
        if store.json {
            try JSONLine.print(
                Answer(data: data, keyFile: keyPath, configuration: hexadecimal(configuration.hash), warning: warning))
        } else {
            try Console.line("made an empty store in \(data); its root key is \(keyPath)")
            if let warning { try Console.line(warning) }
        }
    }

    private func configuration() throws -> Configuration {
        try config.map(ConfigurationFile.read) ?? .builtIn
    }

    private static func warning(_ keyPath: String) -> String {
        "the root key lies beside the data: whoever copies the directory can test guesses of identifiers and open what "
            + "is sealed; for production give --key-file a place of its own (another volume, a credential of the "
            + "system), with a backup of its own"
    }

    /// What is wrong with the given directory or key is refused input, not trouble of a store.
    private static func asRefusal(_ error: any Error) -> any Error {
        switch error {
        case let error as KeyError: Failure(.refusedInput, error.description)
        case let error as StoreError:
            if case .exists = error { Failure(.refusedInput, error.description) } else { error }
        default: error
        }
    }
}
