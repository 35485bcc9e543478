internal import Engine

extension OfferReportAnswer {
    /// One page without anything from elsewhere, so that it can be sent as it is.
    var page: String {
        var page =
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>What offers came to</title>"
        page += "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto}table{border-collapse:collapse}"
        page += "td,th{border:1px solid #999;padding:.2em .5em;text-align:right}td:first-child{text-align:left}"
        page += "rect{fill:#4a7}rect.held{fill:#bbb}</style></head>\n<body>\n<h1>What offers came to</h1>\n"
        page +=
            "<p>\(decisions) decisions, \(offered) with an offer, \(generic) to nobody known. \(leftOut) profiles were "
        page += "in both groups and are left out. Money in minor units.</p>\n"
        page += Self.table("All", [("all", total)])
        page += Self.table("By cohort", cohorts.map { ($0.cohort ?? "", $0) })
        page += Self.table("By week", weeks.map { ($0.week ?? "", $0) })
        page += chart
        page += policyTable
        return page + "</body>\n</html>\n"
    }

    private static func table(_ title: String, _ rows: [(name: String, cell: Cell)]) -> String {
        let heads = [
            "", "profiles", "held out", "conversion", "held out", "discount depth", "margin each", "held out",
            "margin uplift (95 %)", "conversion uplift (95 %)",
        ]
        let head = heads.map { "<th>\($0)</th>" }.joined()
        let body = rows.map { row in
            let cells = [
                text(row.name), "\(row.cell.treated.profiles)", "\(row.cell.heldOut.profiles)",
                decimals(row.cell.treated.conversion), decimals(row.cell.heldOut.conversion),
                decimals(row.cell.treated.discountDepth), decimals(row.cell.treated.marginPerProfile),
                decimals(row.cell.heldOut.marginPerProfile), interval(row.cell.margin), interval(row.cell.conversion),
            ]
            return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
        }
        return "<h2>\(title)</h2>\n<table>\n<tr>\(head)</tr>\n\(body.joined())</table>\n"
    }

    private static func interval(_ difference: Difference?) -> String {
        difference.map { "\(decimals($0.value)) (\(decimals($0.lower)) to \(decimals($0.upper)))" } ?? "-"
    }

    /// Margin per profile by week: treated beside held out.
    private var chart: String {
        let values = weeks.flatMap { [$0.treated.marginPerProfile, $0.heldOut.marginPerProfile] }
        guard let largest = values.map({ abs($0) }).max(), largest > 0 else { return "" }
        var bars = ""
        for (place, cell) in weeks.enumerated() {
            for (offset, group) in [(0, cell.treated), (1, cell.heldOut)] {
                let height = max(0, group.marginPerProfile) / largest * 180
                let style = offset == 0 ? "" : " class=\"held\""
                bars += "<rect\(style) x=\"\(place * 24 + offset * 10)\" y=\"\(190 - height)\" width=\"9\" "
                bars += "height=\"\(height)\"><title>\(Self.text(cell.week ?? "")): "
                bars += "\(decimals(group.marginPerProfile))</title></rect>"
            }
        }
        return
            "<h2>Margin per profile by week</h2>\n<svg width=\"\(weeks.count * 24 + 4)\" height=\"200\" role=\"img\">"
            + bars + "</svg>\n<p>Green: offered. Grey: held out.</p>\n"
    }

    private var policyTable: String {
        guard !policies.isEmpty else { return "" }
        let rows = policies.map { entry in
            let cells = [
                Self.text(entry.policy), entry.method, decimals(entry.marginPerDecision),
                "\(decimals(entry.lower)) to \(decimals(entry.upper))", decimals(entry.effectiveSampleSize),
            ]
            return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
        }
        let heads = ["policy", "method", "margin a decision", "95 %", "worth decisions"]
        return "<h2>What other policies would have come to</h2>\n<table>\n<tr>"
            + heads.map { "<th>\($0)</th>" }.joined() + "</tr>\n\(rows.joined())</table>\n"
    }

    /// Text as HTML shows it.
    private static func text(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
