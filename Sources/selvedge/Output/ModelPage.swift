internal import Stitching

/// A linkage model as a page that needs nothing else: weights, pairs found by weight, and what a threshold would find.
struct ModelPage {
    private let model: LinkageModel
    /// Pairs found, by whole bits.
    private let counts: [(bits: Int, count: Int)]

    init(_ model: LinkageModel, _ counts: [(bits: Int, count: Int)]) {
        self.model = model
        self.counts = counts
    }

    var text: String {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Linkage model \(model.version)</title>
        <style>body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}
        td,th{padding:.15em .7em;text-align:right}td:first-child,th:first-child,td:nth-child(2){text-align:left}
        .for{fill:#2a7a4b}.against{fill:#a33}.axis{stroke:#888}</style></head><body>
        <h1>Linkage model \(model.version)</h1>
        <p>Of \(model.trainedRecords) records. A pair is a link from \(decimal(model.linkThreshold.bits, digits: 1)) bits on, and for a
        person to decide from \(decimal(model.reviewThreshold.bits, digits: 1)). m is how often a level is so among matches, u
        among random pairs; bits are log2 of m over u.</p>
        \(weights)\(histogram)\(thresholds)</body></html>

        """
    }

    private var weights: String {
        let rows = ModelAnswer(model).levels.map { level in
            let width = min(abs(level.bits) * 8, 160)
            let x = level.bits < 0 ? 160 - width : 160
            let bar =
                "<svg width=\"320\" height=\"12\"><rect class=\"\(level.bits < 0 ? "against" : "for")\" x=\"\(decimal(x, digits: 1))\" "
                + "width=\"\(decimal(width, digits: 1))\" height=\"12\"/><line class=\"axis\" x1=\"160\" x2=\"160\" y2=\"12\"/></svg>"
            return
                "<tr><td>\(escaped(level.attribute))</td><td>\(level.level)</td><td>\(decimal(level.m, digits: 4))</td>"
                + "<td>\(level.u)</td><td>\(decimal(level.bits, digits: 1))</td><td>\(bar)</td></tr>"
        }
        return
            "<h2>Weights</h2><table><tr><th>attribute</th><th>level</th><th>m</th><th>u</th><th>bits</th><th></th></tr>"
            + rows.joined(separator: "\n") + "</table>"
    }

    private var histogram: String {
        guard let most = counts.map(\.count).max() else {
            return "<p>It links nothing now, so no pairs can be shown.</p>"
        }
        return "<h2>Pairs found, by weight</h2>" + bars(counts.map { ($0.bits, $0.count) }, most)
    }

    /// How many pairs each threshold would take.
    private var thresholds: String {
        let total = counts.reduce(0) { $0 + $1.count }
        guard total > 0 else { return "" }
        var above = total
        let rows = counts.map { entry in
            defer { above -= entry.count }
            return (entry.bits, above)
        }
        return "<h2>Pairs that a threshold would take</h2>" + bars(rows, total)
    }

    private func bars(_ rows: [(Int, Int)], _ most: Int) -> String {
        let lines = rows.map { bits, count in
            let width = 400 * Double(count) / Double(most)
            return "<tr><td>\(bits) bits</td><td><svg width=\"400\" height=\"12\"><rect class=\"for\" "
                + "width=\"\(decimal(width, digits: 1))\" height=\"12\"/></svg></td><td>\(count)</td></tr>"
        }
        return "<table>" + lines.joined(separator: "\n") + "</table>"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    }
}
