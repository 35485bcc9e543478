package import Identity

/// A mapping that somebody may begin with: what the columns' names and a sample of their values suggest, and why. It never
/// shows a value.
package struct Suggestion {
    /// The mapping in YAML.
    package private(set) var text = ""

    private var columns: [ColumnSample]
    private let configuration: Configuration
    private var used: Set<String> = []
    private var lines: [String] = []

    private static let sampleRows = 10_000

    /// Reads the first rows of a CSV file.
    package init(_ path: String, _ configuration: Configuration) throws(InputError) {
        self.configuration = configuration
        let source = try ByteSource(path)
        let limit = Limits.widest.lineBytes
        var peek: [UInt8] = []
        let start = try ByteSource(path == "-" ? "/dev/null" : path)
        _ = try start.read(1 << 16, into: &peek)
        let dialect = CSVDialect(delimiter: Self.delimiter(peek))
        var chunks = RowChunks(source, input: 0, dialect: dialect, limit: limit)
        let first = try chunks.next()
        let mark = first?.bytes.starts(with: [0xef, 0xbb, 0xbf]) == true ? 3 : 0
        let header = try Header(first, from: mark, dialect, limit: limit, input: source.name)
        columns = header.names.map { ColumnSample($0) }
        var chunk = first
        chunk?.start = header.end
        var rows = 0
        while let piece = chunk, rows < Self.sampleRows {
            rows += sample(piece, dialect, limit, atMost: Self.sampleRows - rows)
            chunk = try chunks.next()
        }
        write(source.name, dialect, rows)
        text = lines.joined(separator: "\n") + "\n"
    }

    /// The mark that stands most often in the first line.
    private static func delimiter(_ bytes: [UInt8]) -> UInt8 {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let marks = Array(",;\t|".utf8)
        let counts = marks.map { mark in line.count { $0 == mark } }
        guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) else { return marks[0] }
        return marks[index]
    }

    private mutating func sample(_ chunk: RowChunk, _ dialect: CSVDialect, _ limit: Int, atMost most: Int) -> Int {
        var scanner = CSVScanner(dialect, limit: limit)
        var rows = 0
        // Sound: the array outlives the scan, and fields lie inside it.
        unsafe chunk.bytes.withUnsafeBufferPointer { bytes in
            var place = chunk.start
            while place < bytes.count, rows < most {
                let ending = unsafe scanner.scan(bytes, from: place)
                place = max(scanner.end, place + 1)
                guard ending == .whole || ending == .open, scanner.fieldCount == columns.count else { continue }
                for index in 0..<min(columns.count, CSVScanner.fieldLimit) {
                    let field = scanner.field(index)
                    columns[index].add(unsafe Array(bytes[Int(field.start)..<Int(field.end)]))
                }
                rows += 1
            }
        }
        return rows
    }

    // MARK: Writing

    private mutating func write(_ name: String, _ dialect: CSVDialect, _ rows: Int) {
        lines = [
            "# A mapping of \(name), guessed from its header and \(rows) rows. Read it line by line before it is used:",
            "# a wrong namespace joins people who are not one.", "",
        ]
        if dialect.delimiter != UInt8(ascii: ",") {
            let tab = dialect.delimiter == 0x09
            lines += ["csv: {delimiter: \(tab ? "tab" : "\"\(Character(Unicode.Scalar(dialect.delimiter)))\"")}", ""]
        }
        lines += ["# Who says it: {constant: NAME}, or a column.", "source: {constant: import}", ""]
        writeTime()
        writeIdentifiers()
        writeRecord()
        writeConsents()
        writeRest()
    }

    private mutating func writeTime() {
        let candidates = columns.filter { $0.time != nil && !Self.has($0.name, ["birth", "dob", "expir"]) }
        let hinted = candidates.first { Self.has($0.name, ["time", "created", "date", "_at", "stamp", "ts", "when"]) }
        guard let column = hinted ?? candidates.first, let time = column.time else {
            lines += [
                "# No column looks like a time, and every row needs one: name the column, or {constant: \"2026-01-31T00:00:00Z\"}.",
                "time: {column: NAME, format: rfc3339}", "",
            ]
            return
        }
        used.insert(column.name)
        let needsZone = time.format.hasPrefix("%") && !time.format.contains("%z")
        let format = time.format.hasPrefix("%") ? Self.quoted(time.format) : time.format
        lines.append(
            "# \(Self.per(time.share)) of its values have this format." + (needsZone ? " The zone is a guess." : ""))
        lines += ["time: {column: \(Self.word(column.name)), format: \(format)\(needsZone ? ", zone: UTC" : "")}", ""]
    }

    private mutating func writeIdentifiers() {
        lines.append("# What recognises a person. A value that is empty is left out.")
        lines.append("identifiers:")
        var isEmpty = true
        for column in columns where !used.contains(column.name) && column.filled > 0 {
            guard let (namespace, reason) = namespace(of: column) else { continue }
            used.insert(column.name)
            isEmpty = false
            let isHashed =
                column.share(.sha256) > 0.9
                && configuration.namespace(named: namespace)?.normaliser.acceptsHash == true
            let hashed = isHashed ? ", hashed: sha256" : ""
            lines.append("  - {namespace: \(namespace), column: \(Self.word(column.name))\(hashed)}  # \(reason)")
        }
        if isEmpty { lines.append("  - {namespace: email, column: NAME}  # no column looks like an identifier") }
        lines.append("")
    }

    /// By names, the longer first: `client_id` is not a client.
    private static let names: [(namespace: String, parts: [String])] = [
        ("email", ["email", "e_mail", "e-mail", "mail"]),
        ("phone", ["phone", "mobile", "msisdn", "telefon", "tel"]),
        ("session", ["session"]),
        ("cookie", ["cookie", "visitor", "client_id", "browser"]),
        ("device_id", ["device", "idfa", "gaid", "aaid", "advertising"]),
        ("loyalty_id", ["loyalty", "card_no", "card_number", "membership", "member_id", "member_no"]),
        ("login", ["login", "username", "user_name", "user_id", "userid", "account"]),
        ("customer_id", ["customer_id", "customer_no", "customerid", "customer_number", "kundennummer", "client_no"]),
        ("payment_token", ["payment_token", "card_token", "payment_hash"]),
    ]

    private func namespace(of column: ColumnSample) -> (name: String, reason: String)? {
        if Self.has(column.name, ["optin", "opt_in", "consent", "newsletter", "count", "amount"]) { return nil }
        let isKnown = { (name: String) in configuration.namespace(named: name).map { $0.kind != .record } ?? false }
        let own = configuration.namespaces.first { $0.kind != .record && $0.name == column.name.lowercased() }
        if let own { return (own.name, "by its name; \(describe(column))") }
        for (namespace, parts) in Self.names where isKnown(namespace) && Self.has(column.name, parts) {
            return (namespace, "by its name; \(describe(column))")
        }
        if isKnown("email"), column.share(.email) > 0.8 {
            return ("email", "\(Self.per(column.share(.email))) look like e-mail addresses; \(describe(column))")
        }
        if isKnown("phone"), column.share(.phone) > 0.8, column.time == nil {
            return ("phone", "\(Self.per(column.share(.phone))) look like phone numbers; \(describe(column))")
        }
        return nil
    }

    private func describe(_ column: ColumnSample) -> String {
        "\(Self.per(column.filledShare)) filled, \(Self.per(column.distinctShare)) distinct"
    }

    private mutating func writeRecord() {
        let column = columns.first { column in
            !used.contains(column.name) && column.distinctShare > 0.99
                && Self.has(column.name, ["record", "row_id", "id", "number", "key"])
        }
        lines.append(
            "# For rows of a table of which the latest version counts (a CRM, loyalty accounts), not for events:")
        lines += ["# record_id: \(column.map { Self.word($0.name) } ?? "NAME")", ""]
    }

    private mutating func writeConsents() {
        let found = columns.filter { column in
            !used.contains(column.name) && column.share(.flag) > 0.9
                && Self.has(column.name, ["consent", "opt", "newsletter", "marketing", "permission"])
        }
        guard !found.isEmpty else { return }
        lines.append("# These may be what people allow; say for which purpose, and what the words mean:")
        lines.append("# consents:")
        for column in found {
            used.insert(column.name)
            lines.append(
                "#   - purpose: \(configuration.purposeNames.first { column.name.lowercased().contains($0) } ?? "PURPOSE")"
            )
            lines.append(
                "#     decision: {column: \(Self.word(column.name)), granted: [\"1\", \"true\", \"yes\"], denied: [\"0\", \"false\", \"no\"]}"
            )
            lines.append("#     scope: profile")
        }
        lines.append("")
    }

    private mutating func writeRest() {
        let rest = columns.filter { !used.contains($0.name) }
        guard !rest.isEmpty else { return }
        lines.append("# Not used. Attributes go with record_id, behaviour with events:")
        lines.append("# attributes:")
        for column in rest {
            let type = column.share(.number) > 0.99 ? ", type: number" : ""
            lines.append(
                "#   \(Self.word(Self.plain(column.name))): {column: \(Self.word(column.name))\(type)}  # \(describe(column))"
            )
        }
    }

    // MARK: Words

    private static func has(_ name: String, _ parts: [String]) -> Bool {
        let lower = name.lowercased()
        let words = lower.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return parts.contains { part in
            // Short words must stand alone.
            part.count <= 4 && !part.contains("_") ? words.contains(part) : lower.contains(part)
        }
    }

    private static func plain(_ name: String) -> String {
        String(name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    /// As a word of YAML.
    private static func word(_ name: String) -> String {
        let isPlain = name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
        let isReserved = ["yes", "no", "true", "false", "null", "on", "off", "y", "n"].contains(name.lowercased())
        return isPlain && !isReserved ? name : quoted(name)
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func per(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
