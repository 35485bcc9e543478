internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct ShowKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Say which keys a store has and where its root key is. No key is shown.")

    @OptionGroup var target: TargetOptions

    mutating func run() throws {
        let report =
            switch try target.target() {
            case .store(let store): try store.openForReading().keyReport()
            case .server(let server): KeyReport(try server.ask { try await $0.keys() })
            }
        if target.json { return try JSONLine.print(report) }
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

extension KeyReport {
    /// What a server told.
    fileprivate init(_ response: SelvedgeShowKeysResponse) {
        self.init(
            rootKey: response.rootKey, isBeside: response.besideTheData,
            bundle: response.bundle.isEmpty ? nil : response.bundle, checkValue: response.checkValue,
            identityVersion: UInt16(clamping: response.identityVersion), isRotating: response.rotationUnderWay,
            suppressions: response.suppressions.map {
                Suppressions(version: UInt16(clamping: $0.version), count: Int($0.count))
            }, dataKeys: Int(response.dataKeys), isOverwritten: response.overwrittenInPlace,
            auditKey: hexadecimal(Array(response.auditKey)))
    }
}
