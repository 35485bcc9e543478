internal import ArgumentParser

/// `train`: models are fitted to what the store holds, and kept in it.
struct TrainGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Make models of what the store holds.",
        subcommands: [TrainLinkageCommand.self, TrainScoresCommand.self])
}
