/// The same document for a reader: one page without anything from elsewhere, so that it can be sent as it is.
extension SubjectAccess {
    package var html: String {
        var page =
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>What is held on you</title>"
        page += "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto}table{border-collapse:collapse}"
        page +=
            "td,th{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}</style></head>\n<body>\n"
        page +=
            "<h1>What is held on you</h1>\n<p>Controller: \(Self.text(controller)). As of \(Self.text(issued)).</p>\n"
        page += Self.table(
            "Identifiers", ["kind", "token", "state", "kept from"],
            identifiers.map {
                [$0.namespace, $0.token, $0.state, ($0.restrictedFrom + $0.objectedTo).joined(separator: ", ")]
            })
        page += Self.table(
            "Seen together", ["first", "second", "standing", "by whom and when"],
            links.map { link in
                let seen = link.sightings.map { "\($0.source): \($0.first) to \($0.last)" }
                let records = link.records > 0 ? ["\(link.records) records"] : []
                return [link.first, link.second, link.standing, (seen + records).joined(separator: "; ")]
            })
        page += Self.table(
            "Records", ["source", "record", "time", "attributes"],
            records.map { [$0.source, $0.recordID, $0.time, $0.attributes ?? ""] })
        page += Self.table(
            "Said about you", ["first", "second", "claim", "by whom and why"],
            assertions.map { [$0.first, $0.second, $0.claim, "\($0.author), \($0.time): \($0.reason)"] })
        page += Self.table(
            "Your decisions", ["identifier", "purpose", "decision", "time", "proof"],
            consents.flatMap { consent in
                consent.proofs.map {
                    [
                        "\(consent.namespace) \(consent.token)", $0.processing.purpose, $0.event.type.rawValue,
                        $0.event.time, $0.recordSHA256,
                    ]
                }
            })
        page += Self.table(
            "What you did", ["time", "what", "categories", "amount", "by whose word"],
            behaviour.map { deed in
                let money = deed.amount.map { "\($0) \(deed.currency ?? "")" } ?? ""
                return [deed.time, deed.kind, deed.categories.joined(separator: ", "), money, deed.source]
            })
        page += Self.table(
            "Your devices, as keyed tokens", ["first seen", "last seen", "days", "networks", "by whose word"],
            devices.map { [$0.first, $0.last, "\($0.days)", "\($0.networks)", $0.source] })
        page += Self.table(
            "What you were offered", ["time", "offer", "channel", "what became of it"],
            offers.map { offered in
                let became = offered.outcomes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                return [
                    offered.time, offered.offer ?? "nothing", offered.channel ?? "", became.joined(separator: "; "),
                ]
            })
        page += Self.table(
            "Who may read it", ["purpose", "legal basis", "now", "who"],
            recipients.map { [$0.purpose, $0.legalBasis, $0.outcome, $0.principals.joined(separator: ", ")] })
        page += Self.table(
            "Who has looked past your consent", ["time", "who", "role", "what", "why"],
            reads.map { [$0.time, $0.principal, $0.role, $0.action, $0.reason] })
        return page + "<p>Ordinary reads are not logged.</p>\n</body>\n</html>\n"
    }

    private static func table(_ title: String, _ heads: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "<h2>\(title)</h2>\n<p>Nothing.</p>\n" }
        let head = heads.map { "<th>\($0)</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\(text($0))</td>" }.joined() + "</tr>\n" }.joined()
        return "<h2>\(title)</h2>\n<table>\n<tr>\(head)</tr>\n\(body)</table>\n"
    }

    /// Text as HTML shows it: what a source has sent is never markup.
    private static func text(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
