internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct ErasureStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Say how far an erasure has come.")

    @OptionGroup var target: TargetOptions
    @Argument(help: "Its number.") var number: UInt64

    mutating func run() throws {
        let number = number
        switch try target.target() {
        case .store(let store): try ErasureAnswer(store.openForReading().erasure(number)).say(json: target.json)
        case .server(let server):
            try ErasureAnswer(server.ask { try await $0.erasure(number) }).say(json: target.json)
        }
    }
}

struct ListErasuresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List requests, those that are due first.")

    @OptionGroup var target: TargetOptions
    @Flag(name: .long, help: "Only those that are not done and are due by now.") var overdue = false

    mutating func run() throws {
        switch try target.target() {
        case .store(let store):
            for status in try store.openForReading().erasures() where !overdue || status.isOverdue(at: Clock.now) {
                try say(ErasureAnswer(status))
            }
        case .server(let server):
            let overdue = overdue
            let listed = try server.ask { client in
                var all: [SelvedgeErasure] = []
                for try await piece in client.erasures(overdue: overdue) { all += piece.erasures }
                return all
            }
            for message in listed { try say(ErasureAnswer(message)) }
        }
    }

    private func say(_ answer: ErasureAnswer) throws {
        if target.json { return try JSONLine.print(answer) }
        let mark = answer.overdue ? "  OVERDUE" : ""
        try Console.line("\(answer.number)  \(answer.state)  due \(answer.due)\(mark)  \(answer.reason)")
    }
}

struct ErasureCertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Print the certificate of an erasure that is done.")

    @OptionGroup var target: TargetOptions
    @Argument(help: "Its number.") var number: UInt64

    mutating func run() throws {
        let number = number
        switch try target.target() {
        case .store(let store):
            let row = try store.openForReading().erasure(number).row
            guard row.state == .certified else { throw EngineError.wrongState(number, row.state) }
            try Console.line(target.json ? row.certificateJSON : row.certificate)
        case .server(let server):
            let answer = try server.ask { try await $0.certificate(number) }
            try Console.line(target.json ? answer.json : answer.text)
        }
    }
}
