internal import LMDB

/// Reads all of a store and says what in it contradicts itself.
package enum IntegrityCheck {
    package struct Report: Sendable {
        package var findings: [String] = []
        /// Rows read, by table.
        package var counts: [String: Int] = [:]

        package init() {}
    }

    package static func run(directory: String) throws -> Report {
        let store = try Store.open(directory: directory)
        var report = Report()
        try store.environment.read { transaction in
            for table in Tables.all {
                let name = table.name.description
                try transaction.scanRaw(table) { entry in
                    report.counts[name, default: 0] += 1
                    if !entry.isIntact { report.findings.append("a value of table \(name) is not what was written") }
                    return .proceed
                }
            }
        }
        return report
    }
}
