internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct ShowKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Say which keys a store has and where its root key is. No key is shown.")

    @OptionGroup var store: StoreOptions

    mutating func run() throws {
        let engine = try store.store.openForReading()
        let report = try engine.keyReport()
        if store.json { return try JSONLine.print(report) }
        try Console.line("root key: \(report.rootKey)" + (report.isBeside ? ", beside the data" : ""))
        try Console.line("wraps: \(report.bundle ?? "nothing: the store's keys are derived from it")")
        try Console.line("check value: \(report.checkValue)")
        try Console.line(
            "identity keys: version \(report.identityVersion)"
                + (report.isRotating
                    ? ", to which they are being rotated: `selvedge keys rotate identity` goes on" : ""))
        for entry in report.suppressions {
            try Console.line("suppressed under version \(entry.version): \(entry.count)")
        }
        try Console.line(
            "data keys: \(report.dataKeys)" + (report.isOverwritten ? "" : "; this file system copies on write"))
        try Console.line("audit heads are verified by the Ed25519 key \(report.auditKey)")
    }
}
