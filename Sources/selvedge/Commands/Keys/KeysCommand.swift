internal import ArgumentParser

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show and change the keys of a store.",
        subcommands: [ShowKeysCommand.self, RotateKeysCommand.self])

    mutating func run() throws { throw ValidationError("name one of its commands: show, rotate") }
}

struct RotateKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Bring identity keys to their next version, or give a store another root key.",
        subcommands: [RotateIdentityCommand.self, RotateWrappingCommand.self])

    mutating func run() throws {
        let names = Self.configuration.subcommands.compactMap { $0.configuration.commandName }
        throw ValidationError("name one of its commands: \(names.joined(separator: ", "))")
    }
}
