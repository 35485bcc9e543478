package import Identity

extension Mapping {
    static let topLevelKeys = [
        "attributes", "behaviour", "consents", "context", "csv", "gpc", "identifiers", "record_id", "source", "time",
        "where",
    ]

    /// Reads a mapping; `file` is what errors call it. An unknown key, a wrong type or format is an error with line, column,
    /// path and what is allowed.
    package init(yaml: String, file: String) throws(ConfigurationError) {
        guard let root = try ConfigurationNode.parse(yaml: yaml, file: file) else {
            throw ConfigurationError(
                file: file, line: 0, column: 0, key: "",
                problem: "is empty; `selvedge backfill --suggest FILE` writes one")
        }
        let fields = try root.fields(Self.topLevelKeys)
        func required(_ name: String, _ example: String) throws(ConfigurationError) -> ConfigurationNode {
            guard let node = fields[name] else { throw root.error("\(name) is missing; add \(example)") }
            return node
        }
        source = try Value(try required("source", "source: {constant: NAME}, or source: COLUMN"))
        time = try Time(try required("time", "time: {column: NAME, format: rfc3339}"))
        text = yaml
        if let node = fields["csv"] { try readCSV(node) }
        if let node = fields["record_id"] { recordID = try Value(node) }
        if let node = fields["identifiers"] {
            for item in try node.items() { identifiers.append(try Identifier(item)) }
        }
        guard !identifiers.isEmpty || recordID != nil else {
            throw root.error("neither identifiers nor record_id; a row must name at least one of them")
        }
        if let node = fields["attributes"] { attributes = try Document(node) }
        if let node = fields["behaviour"] { behaviour = try Document(node) }
        if let node = fields["context"] { context = try Document(node) }
        if let node = fields["where"] {
            for item in try node.items() { filters.append(try Filter(item)) }
        }
        if let node = fields["consents"] {
            for item in try node.items() { consents.append(try Consent(item)) }
        }
        if let node = fields["gpc"] { gpc = try Cell(node) }
    }

    private mutating func readCSV(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(["columns", "delimiter"])
        if let node = fields["delimiter"] {
            let text = try node.text()
            let named = ["tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"][text] ?? text
            let bytes = Array(named.utf8)
            guard bytes.count == 1, bytes[0] < 0x80, bytes[0] == 0x09 || bytes[0] > 0x20 || bytes[0] == 0x1f,
                bytes[0] != UInt8(ascii: "\"")
            else { throw node.error("\"\(text)\" is no delimiter: one character such as \",\" or \";\", or tab") }
            dialect = CSVDialect(delimiter: bytes[0])
        }
        guard let node = fields["columns"] else { return }
        var names: [String] = []
        for (item, name) in try node.texts() {
            guard !names.contains(name) else { throw item.error("\"\(name)\" is named twice") }
            names.append(name)
        }
        guard !names.isEmpty else { throw node.error("give the columns' names in their order, such as [time, email]") }
        columns = names
    }
}

extension Mapping.Cell {
    /// A column's name, alone or as `{column: NAME}`.
    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        if let name = node.scalar {
            self.init(column: name, place: Place(node))
            return
        }
        let fields = try node.fields(["column"])
        guard let named = fields["column"] else { throw node.error("give {column: NAME}") }
        self.init(column: try named.text(), place: Place(named))
    }
}

extension Mapping.Value {
    /// A column's name, alone or as `{column: NAME}`, or `{constant: TEXT}`.
    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        if node.scalar != nil {
            self = .cell(try Mapping.Cell(node))
            return
        }
        self = try Self.read(try node.fields(["column", "constant"]), of: node)
    }

    /// Of a node's fields, which may have others beside.
    static func read(
        _ fields: [String: ConfigurationNode], of node: ConfigurationNode
    ) throws(ConfigurationError) -> Mapping.Value {
        switch (fields["column"], fields["constant"]) {
        case (let named?, nil): return .cell(Mapping.Cell(column: try named.text(), place: Place(named)))
        case (nil, let given?): return .constant(try given.text(), Place(given))
        default: throw node.error("give one of {column: NAME} and {constant: TEXT}")
        }
    }
}

extension Mapping.Filter {
    private static let tests = ["empty", "equals", "in", "not_equals", "not_in"]

    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(["column"] + Self.tests)
        guard let named = fields["column"] else { throw node.error("column is missing; add the column's name") }
        let cell = Mapping.Cell(column: try named.text(), place: Place(named))
        let given = Self.tests.compactMap { name in fields[name].map { (name, $0) } }
        guard given.count == 1, let (name, value) = given.first else {
            throw node.error("give one test, one of", allowed: Self.tests)
        }
        switch name {
        case "empty":
            enum Flag: String, CaseIterable { case `true`, `false` }
            let flag: Flag = try value.choice()
            self.init(cell: cell, test: flag == .true ? .empty : .present)
        case "equals": self.init(cell: cell, test: .among([Array(try value.text().utf8)]))
        case "not_equals": self.init(cell: cell, test: .notAmong([Array(try value.text().utf8)]))
        default:
            var set: Set<[UInt8]> = []
            for (_, text) in try value.texts() { set.insert(Array(text.utf8)) }
            self.init(cell: cell, test: name == "in" ? .among(set) : .notAmong(set))
        }
    }
}

extension Mapping.Time {
    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        guard node.scalar == nil else {
            self.init(value: .cell(try Mapping.Cell(node)), formats: [.rfc3339], zone: nil)
            return
        }
        let fields = try node.fields(["column", "constant", "format", "zone"])
        let value = try Mapping.Value.read(fields, of: node)
        var formats: [TimeFormat] = []
        if let format = fields["format"] {
            if format.isList {
                for (item, text) in try format.texts() { formats.append(try TimeFormat(text, at: item)) }
            } else {
                formats = [try TimeFormat(try format.text(), at: format)]
            }
        }
        if formats.isEmpty { formats = [.rfc3339] }
        var zone: Zone?
        if let given = fields["zone"] { zone = try Zone(try given.text(), at: given) }
        guard zone != nil || !formats.contains(where: \.needsZone) else {
            throw node.error("zone is missing: these times name none; add zone: UTC, +02:00 or such as Europe/Berlin")
        }
        self.init(value: value, formats: formats, zone: zone)
        guard case .constant(let text, let place) = value else { return }
        var reader = TimeReader(self)
        let bytes = Array(text.utf8)
        do throws(RefusalReason) { _ = try reader.time(bytes.span) } catch {
            throw place.error("\"\(text)\" is no time of this format")
        }
    }
}

extension Mapping.Identifier {
    private enum Hashing: String, CaseIterable { case none, sha256 }

    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(["column", "hashed", "namespace"])
        guard let namespace = fields["namespace"], let column = fields["column"] else {
            throw node.error("give {namespace: NAME, column: NAME}")
        }
        var hashing = Hashing.none
        if let node = fields["hashed"] { hashing = try node.choice() }
        self.init(
            namespace: try namespace.text(), namespacePlace: Place(namespace),
            cell: Mapping.Cell(column: try column.text(), place: Place(column)), isHashed: hashing == .sha256)
    }
}

extension Mapping.Document {
    /// A mapping of members to columns, or `{json: COLUMN}` alone for a column that holds all of it.
    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let pairs = try node.pairs()
        if pairs.count == 1, let only = pairs.first, only.name == "json" {
            self.init(members: [], whole: try Mapping.Cell(only.value))
            return
        }
        var members: [Member] = []
        for (key, name, value) in pairs {
            guard !name.isEmpty else { throw key.error("a member needs a name") }
            members.append(try Member(name: name, value))
        }
        members.sort { $0.head.lexicographicallyPrecedes($1.head) }
        self.init(members: members, whole: nil)
    }
}

extension Mapping.Document.Member {
    init(name: String, _ node: ConfigurationNode) throws(ConfigurationError) {
        var head: [UInt8] = []
        JSONText.append(Array(name.utf8), to: &head)
        head.append(UInt8(ascii: ":"))
        guard node.scalar == nil else {
            self.init(head: head, value: .cell(try Mapping.Cell(node)), kind: .text)
            return
        }
        let fields = try node.fields(["column", "constant", "type"])
        var kind = Mapping.Document.Kind.text
        if let node = fields["type"] { kind = try node.choice() }
        self.init(head: head, value: try Mapping.Value.read(fields, of: node), kind: kind)
    }
}
