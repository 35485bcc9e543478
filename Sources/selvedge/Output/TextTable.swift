/// Columns for reading: the first to the left, the others to the right.
struct TextTable {
    private var rows: [[String]] = []
    private let hasHead: Bool

    init(_ head: [String]) {
        hasHead = head.contains { !$0.isEmpty }
        if hasHead { rows.append(head) }
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Prints the rows and a blank line; nothing where there is none below the head.
    func print() throws {
        guard rows.count > (hasHead ? 1 : 0), let columns = rows.map(\.count).max() else { return }
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? cell + gap : "  " + gap + cell
            }
            try Console.line(line)
        }
        try Console.line("")
    }
}
