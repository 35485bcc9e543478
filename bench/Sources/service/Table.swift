internal import Foundation

/// The rows side by side.
struct Table {
    var rows: [Row]
    var notes: [String]
    var options: Options

    private static let heads = [
        "", "Redis 7", "gRPC echo", "idle", "Selvedge", "ratio", "must reach", "", "p50, p99 us",
        "server us, beside; ours",
    ]

    var text: String {
        let cells = [Self.heads] + rows.map(cells)
        let widths = Self.heads.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { cells in
            zip(cells, widths).enumerated().map { place, pair in
                let padding = String(repeating: " ", count: pair.1 - pair.0.count)
                return place == 0 ? pair.0 + padding : padding + pair.0
            }.joined(separator: "  ")
        }
        return (lines + notes).joined(separator: "\n")
    }

    private func cells(of row: Row) -> [String] {
        func beside(_ peer: Row.Peer) -> String { row.peer == peer ? spread(row.beside) : "" }
        var ratio = ""
        if let middle = row.ratio, let low = row.ratios.first, let high = row.ratios.last {
            ratio = row.ratios.count > 1 ? "\(fixed(middle)) (\(fixed(low))-\(fixed(high)))" : fixed(middle)
        }
        let latency = [row.ours.middle(of: \.p50), row.ours.middle(of: \.p99)].compactMap { $0.map { fixed($0, 0) } }
        let processor = [row.beside, row.ours].map { $0.middle(of: \.processor).map { fixed($0) } ?? "" }
        return [
            row.title, beside(.redis), beside(.echo), beside(.idle), spread(row.ours), ratio,
            row.requirements.map(describe).joined(separator: ", "), row.passes.map { $0 ? "pass" : "miss" } ?? "",
            latency.joined(separator: ", "), processor.filter { !$0.isEmpty }.joined(separator: "; "),
        ]
    }

    private func spread(_ series: Series) -> String {
        guard series.samples.count > 1 else { return fixed(series.median, 0) }
        return "\(fixed(series.median, 0)) (\(short(series.low))-\(short(series.high)))"
    }

    private func short(_ value: Double) -> String { value >= 10_000 ? fixed(value / 1_000, 0) + "k" : fixed(value, 0) }

    private func describe(_ requirement: Row.Requirement) -> String {
        switch requirement {
        case .rate(let rate): "\(fixed(rate, 0))"
        case .ratio(let least): "ratio \(fixed(least, 1))"
        case .ratioAtMost(let most): "ratio <= \(fixed(most, 1))"
        case .valueAtMost(let most): "<= \(fixed(most, 0))"
        }
    }
}

func fixed(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }

// MARK: JSON

extension Table {
    private struct Line: Encodable {
        var row: String
        var title: String
        var peer: Row.Peer
        var ours: Series
        var beside: Series
        var median: Double
        var besideMedian: Double?
        var ratio: Double?
        var mustReach: [String]
        var passes: Bool?
    }

    private struct Whole: Encodable {
        var identifiers: Int
        var seconds: Double
        var repeats: Int
        var rows: [Line]
        var notes: [String]
    }

    func json() throws -> String {
        let lines = rows.map { row in
            Line(
                row: row.name.rawValue, title: row.title, peer: row.peer, ours: row.ours, beside: row.beside,
                median: row.ours.median, besideMedian: row.beside.samples.isEmpty ? nil : row.beside.median,
                ratio: row.ratio, mustReach: row.requirements.map(describe), passes: row.passes)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let whole = Whole(
            identifiers: options.identifiers, seconds: options.seconds, repeats: options.repeats, rows: lines,
            notes: notes)
        return String(decoding: try encoder.encode(whole), as: UTF8.self)
    }
}
