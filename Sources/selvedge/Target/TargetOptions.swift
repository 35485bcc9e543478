internal import ArgumentParser
internal import Foundation
internal import SelvedgeClient

/// What every command takes that asks or changes a store: where it is.
struct TargetOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The store's directory.", valueName: "dir"))
    var data: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            In its place the server that serves it: 127.0.0.1:7420, tcp://, tls://HOST:PORT or unix:/PATH. If neither is \
            given, SELVEDGE_SERVER.
            """, valueName: "address"))
    var server: String?

    @OptionGroup var credentials: CredentialOptions

    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    @Flag(
        name: .long,
        help: """
            Open the store though this machine's normalisers are not those that it was made with: the same value may \
            then have another key than before.
            """)
    var acceptNormaliser = false

    static let variable = "SELVEDGE_SERVER"

    /// Of the server; nil: a store is opened.
    private var address: String? {
        if server != nil || data != nil { return server }
        return ProcessInfo.processInfo.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    var isServer: Bool { address != nil }

    func validate() throws {
        guard data == nil || server == nil else {
            throw ValidationError("give --data DIR or --server ADDRESS, not both")
        }
        guard let address else {
            guard data?.isEmpty != true else { throw ValidationError("--data must name a directory") }
            guard credentials.isEmpty else {
                throw ValidationError("--token-file, --certificate, --key and --ca go with --server")
            }
            return
        }
        guard !acceptNormaliser else {
            throw ValidationError("--accept-normaliser goes with --data: the server has its own normalisers")
        }
        do {
            _ = try Self.parsed(address)
        } catch {
            throw ValidationError("\(server == nil ? Self.variable : "--server"): \(error.message)")
        }
    }

    /// - Parameter patience: of attempts to reach a server.
    func target(attempts: Int = 4) throws -> Target {
        guard let address else { return .store(try store()) }
        var configuration = ClientConfiguration(address: try Self.parsed(address))
        configuration.agent = "selvedge-cli/1"
        configuration.connections = 1
        configuration.retry.attempts = attempts
        credentials.complete(&configuration)
        return .server(ServerStore(client: try SelvedgeClient(configuration: configuration), name: address))
    }

    /// The store, where no server is named.
    func store() throws -> StorePlace {
        guard let data else { throw ValidationError("--data DIR or --server ADDRESS is required") }
        return StorePlace(data: data, acceptNormaliser: acceptNormaliser)
    }

    /// As the client takes it: a bare HOST:PORT is TCP.
    private static func parsed(_ address: String) throws(SelvedgeError) -> ServerAddress {
        if address.contains("://") { return try ServerAddress(address) }
        if address.hasPrefix("unix:") { return try ServerAddress("unix://" + address.dropFirst(5)) }
        return try ServerAddress("tcp://" + address)
    }
}

/// Where a command goes.
enum Target {
    case store(StorePlace)
    case server(ServerStore)
}

/// Who this is, for a server.
struct CredentialOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("With --server: a file with a JWT, read again when it is to be renewed.", valueName: "file"))
    var tokenFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp("With --server: a client certificate in PEM, the leaf first.", valueName: "file"))
    var certificate: String?

    @Option(name: .long, help: ArgumentHelp("With --certificate: its private key in PEM.", valueName: "file"))
    var key: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --server tls://: who vouches for the server, in PEM; the system's authorities, if not given.",
            valueName: "file"))
    var ca: String?

    var isEmpty: Bool { [tokenFile, certificate, key, ca].allSatisfy { $0 == nil } }

    func validate() throws {
        guard (certificate == nil) == (key == nil) else { throw ValidationError("--certificate and --key go together") }
        guard tokenFile == nil || certificate == nil else {
            throw ValidationError("give --token-file or --certificate: one of them says who you are")
        }
    }

    func complete(_ configuration: inout ClientConfiguration) {
        configuration.tls.authorityFile = ca
        configuration.tls.certificateFile = certificate
        configuration.tls.keyFile = key
        guard let tokenFile else { return }
        configuration.token = {
            try String(contentsOfFile: tokenFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
