extension ErasureCertificate {
    /// The certificate in plain words.
    package var text: String {
        var lines = ["Certificate of erasure \(reference)", "", Self.conclusion(verdict), ""]
        lines += ["What was asked", "  " + asked, ""]
        lines += ["What was done"] + done + [""]
        lines += ["How it was checked"] + checked + [""]
        lines += ["What is pending"] + (pending.isEmpty ? ["  Nothing."] : pending.map { "  - " + $0.text }) + [""]
        lines += [
            "Issued \(issued.text) by \(toolVersion). This certificate holds no identifier of anybody erased."
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func conclusion(_ verdict: Verdict) -> String {
        switch verdict {
        case .erased: "The person is erased: every step was taken, and a search of every file found nothing."
        case .erasedWithPending:
            "The person is erased from the store: every step was taken, and a search of every file found nothing. "
                + "Some things lie outside of it or come later; they are listed under \"What is pending\"."
        case .notProven(let doubts):
            "IT IS NOT PROVEN THAT THE PERSON IS ERASED: " + doubts.map(\.text).joined(separator: "; ") + "."
        }
    }

    private var asked: String {
        let request = "Request with the SHA-256 \(hexadecimal(requestHash))"
        return approver.map { "\(request), made by \(requester), approved by \($0)." }
            ?? "\(request), made by \(requester), who may act alone by this store's configuration."
    }

    private var done: [String] {
        var lines = steps.map { "  \($0.time.text)  \($0.state.rawValue): \($0.state.meaning)" }
        for removal in removals { lines.append("  Removed from \(removal.what): \(removal.count)") }
        if sharedIdentifiersKept > 0 {
            lines.append(
                "  Identifiers that others use as well, kept without their links to the person: \(sharedIdentifiersKept)"
            )
        }
        if likenessesKept > 0 {
            lines.append("  Identifiers that were only alike, kept as the approver decided: \(likenessesKept)")
        }
        return lines
    }

    private var checked: [String] {
        var lines: [String] = []
        if let canaries {
            lines.append(
                "  Before the search the searching program was tested: values were planted where deleted data is known to "
                    + "remain, and it had to find them. It found \(canaries.seen) of \(canaries.planted).")
            for count in canaries.counts {
                lines.append("    \(count.place.meaning): \(count.seen) of \(count.planted)")
            }
        } else {
            lines.append("  The searching program was not tested.")
        }
        guard let search else { return lines + ["  No search was made."] }
        lines.append(
            "  From \(search.started.text) to \(search.ended.text) \(search.files) files with \(search.bytes) bytes were "
                + "searched for \(search.needles) values that could lead to the person, each as it is, in hexadecimal "
                + "digits, in Base64 and as UTF-16. Found: \(search.hits).")
        lines.append(
            "  \(search.rows) rows were read for the person's internal numbers. Found: \(search.rowHits).")
        if search.skipped > 0 {
            lines.append(
                "  Not searched, as they hold no bytes of their own (links, sockets, pipes): \(search.skipped)")
        }
        for file in search.filesWithHits { lines.append("  Found in: \(file)") }
        return lines
    }
}

/// Lower-case digits, two a byte.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension ErasureCertificate.State {
    /// For somebody who knows none of the store's words.
    var meaning: String {
        switch self {
        case .requested: "the request was entered"
        case .approved: "it was approved"
        case .fenced: "from here on nobody could see the person, and nothing about them could come in again"
        case .shredded: "the keys under which the person's data were encrypted were overwritten"
        case .deleted: "all that was held about the person was deleted"
        case .scrubbed: "the whole store was written anew without it, and the old files were overwritten"
        case .verified: "every file was searched for what could be left"
        }
    }
}

extension CanaryField.Place {
    var meaning: String {
        switch self {
        case .freePage: "in pages that the store had freed"
        case .pageGap: "in the unused part of pages"
        case .overflowTail: "behind the end of long values"
        case .pageEdge: "across the edge of two pages"
        case .row: "in rows in use"
        case .text: "in other spellings"
        }
    }
}

extension ErasureCertificate.Doubt {
    var text: String {
        switch self {
        case .stepMissing: "a step was not taken, or not in its order"
        case .notSearched: "no search was made"
        case .notProvenToSee: "the searching program did not find everything that was planted to test it"
        case .found: "the search found something of the person"
        case .samePrincipal: "the one who asked and the one who approved are the same"
        }
    }
}

extension ErasureCertificate.Pending {
    var text: String {
        switch self {
        case .backups(let count, let until):
            "Backups made before hold the person: \(count), all encrypted. The last of them expires \(until.text). "
                + "Restoring one of them erases the person again before anything is served."
        case .feedEntries(let count, let until):
            "Entries that tell other systems of the erasure: \(count), encrypted. They are removed \(until.text)."
        case .scrub(let by):
            "The store is written anew by \(by.text). Until then deleted bytes may lie in unused parts of its files, "
                + "where nobody can ask for them."
        case .freedBlocks:
            "The file system keeps old blocks when a file is overwritten. Deleted bytes may lie in blocks that belong to no "
                + "file, until it uses them again."
        case .readers(let count):
            "Processes that still read the files of before: \(count). Those files go when they end."
        }
    }
}
