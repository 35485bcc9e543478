internal import ArgumentParser
internal import Foundation

/// One run of the program: parse, run, say what went wrong, exit code.
enum Program {
    static func run(_ arguments: [String]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        // A file that must not grow further is an error of the call that wanted it to.
        signal(SIGXFSZ, SIG_IGN)
        DamageSignals.listen()
        guard !arguments.isEmpty else {
            Console.error(Selvedge.helpMessage())
            return ExitStatus.wrongUsage.rawValue
        }
        do {
            var command = try Selvedge.parseAsRoot(arguments)
            try command.run()
            try Console.flush()
            return ExitStatus.done.rawValue
        } catch {
            return end(with: error, arguments)
        }
    }

    private static func end(with error: any Error, _ arguments: [String]) -> Int32 {
        if let stop = error as? Stop {
            try? Console.flush()
            return stop.code
        }
        if let failure = Failure(error) {
            try? Console.flush()
            Console.error("selvedge: " + Redaction(arguments).clean(failure.message))
            return failure.status.rawValue
        }
        return endParsing(with: error, arguments)
    }

    /// Help and versions are answers; all else that the parser says is wrong usage. It quotes what was typed, which may
    /// be an identifier, so its message is cleaned.
    private static func endParsing(with error: any Error, _ arguments: [String]) -> Int32 {
        if Selvedge.exitCode(for: error) == .success {
            let text = Selvedge.fullMessage(for: error)
            do {
                try Console.line(text)
                try Console.flush()
            } catch { return ExitStatus.storeTrouble.rawValue }
            return ExitStatus.done.rawValue
        }
        let message = Redaction(arguments).cleanQuotes(Selvedge.message(for: error))
        Console.error("selvedge: " + message)
        let names = Selvedge.subcommandNames
        let words = arguments.filter { !$0.hasPrefix("-") }
        if let name = words.first, names.contains(name) {
            let nested = words.dropFirst().prefix(1).filter { Selvedge.nestedNames(in: name).contains($0) }
            Console.error("see `selvedge help \(([name] + nested).joined(separator: " "))`")
        } else {
            Console.error("see `selvedge --help`; the commands are \(names.joined(separator: ", "))")
        }
        return ExitStatus.wrongUsage.rawValue
    }
}

extension Selvedge {
    static var subcommandNames: [String] {
        configuration.groupedSubcommands.flatMap(\.subcommands).compactMap { $0.configuration.commandName }
    }

    /// The commands of a command.
    static func nestedNames(in name: String) -> [String] {
        let commands = configuration.groupedSubcommands.flatMap(\.subcommands)
        let command = commands.first { $0.configuration.commandName == name }
        return command?.configuration.subcommands.compactMap { $0.configuration.commandName } ?? []
    }
}
