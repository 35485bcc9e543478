package import Identity

/// What the columns of rows mean: which become identifiers, when it was, who said it, what people allow.
///
/// Read from YAML by `init(yaml:file:)`; bound to a header by `RowPlan`.
package struct Mapping: Sendable {
    /// A column of the input, and where the mapping names it.
    package struct Cell: Sendable {
        package var column: String
        package var place: Place
        /// Where the column stands in the header that the mapping is bound to; -1 before.
        var index = -1

        init(column: String, place: Place) { (self.column, self.place) = (column, place) }
    }

    /// What every row has, or what a column of it holds.
    package enum Value: Sendable {
        case constant(String, Place)
        case cell(Cell)
    }

    /// Rows that are left out, silently: they are counted.
    package struct Filter: Sendable {
        package enum Test: Sendable {
            case among(Set<[UInt8]>)
            case notAmong(Set<[UInt8]>)
            case empty
            case present
        }

        package var cell: Cell
        /// What a row must be to stay.
        package var test: Test
    }

    package struct Time: Sendable {
        package var value: Value
        /// Tried in order.
        package var formats: [TimeFormat]
        /// Of times that name none; nil where no format needs one.
        package var zone: Zone?
    }

    package struct Identifier: Sendable {
        package var namespace: String
        package var namespacePlace: Place
        package var cell: Cell
        /// Whether the column holds the SHA-256 of the normalised value.
        package var isHashed: Bool
    }

    /// A JSON object made of columns.
    package struct Document: Sendable {
        package enum Kind: String, Sendable, CaseIterable {
            case text, number, boolean, json
        }

        package struct Member: Sendable {
            /// Quoted and escaped, a colon behind.
            var head: [UInt8]
            package var value: Value
            package var kind: Kind
        }

        /// Sorted by the bytes of their heads, as canonical JSON is. A member whose column is empty is left out.
        package var members: [Member]
        /// In place of members: a column that holds a whole object.
        package var whole: Cell?
    }

    package struct Consent: Sendable {
        package enum Choice: Sendable {
            case always(DecisionKind)
            /// By what the column holds; an empty one says nothing.
            case told(Cell, [[UInt8]: DecisionKind])
        }

        package var namespace: (name: String, place: Place)?
        package var purpose: Value
        package var choice: Choice
        package var scope: DecisionScope
        package var jurisdiction: Value?
        package var channel: Value?
        /// SHA-256 of what proves it.
        package var evidence: Value?
        package var notice: (id: Value, version: Value?, language: Value?)?
        /// Nil: the row's.
        package var time: Time?
    }

    package var dialect = CSVDialect()
    /// The columns of inputs without a header line; nil: the first line names them.
    package var columns: [String]?
    package var filters: [Filter] = []
    package var source: Value
    package var recordID: Value?
    package var time: Time
    package var identifiers: [Identifier] = []
    package var attributes: Document?
    package var behaviour: Document?
    package var context: Document?
    package var consents: [Consent] = []
    /// Global Privacy Control, where it holds exactly `1`.
    package var gpc: Cell?
    /// The text that it was read from: what a load is resumed with must be the same.
    package var text: String
}

/// Where a mapping says something.
package struct Place: Hashable, Sendable {
    package var file: String
    package var line: Int
    package var column: Int
    /// Such as `identifiers[0].column`.
    package var key: String

    init(_ node: ConfigurationNode) {
        (file, line, column, key) = (node.file, node.line, node.column, node.path)
    }

    package func error(_ problem: String, allowed: [String] = []) -> ConfigurationError {
        ConfigurationError(file: file, line: line, column: column, key: key, problem: problem, allowed: allowed)
    }
}

extension Mapping {
    /// Whether rows are events of identifiers, source and time, and nothing else.
    var isPlain: Bool {
        recordID == nil && attributes == nil && behaviour == nil && context == nil && consents.isEmpty && gpc == nil
    }

    /// The column that a field of an observation came from, such as `identifiers[1].value`; nil where there is none of it alone.
    func columnName(ofField field: String) -> String? {
        func column(_ value: Value?) -> String? {
            if case .cell(let cell)? = value { cell.column } else { nil }
        }
        switch field.prefix(while: { $0.isLetter || $0 == "_" }) {
        case "source": return column(source)
        case "time": return column(time.value)
        case "record_id": return column(recordID)
        case "consents":
            // Which of several it was is not known: those that say nothing are left out.
            guard consents.count == 1, case .told(let cell, _) = consents[0].choice else { return nil }
            return cell.column
        default: return nil
        }
    }

    /// Finds what a configuration does not know before a row is read: namespaces, sources, purposes, laws.
    package func check(_ configuration: Configuration) throws(ConfigurationError) {
        for identifier in identifiers { try check(identifier, configuration) }
        if case .constant(let name, let place) = source, configuration.source(named: name) == nil {
            throw place.error(
                "\"\(name)\" is no source of the store; declare it, or use one of",
                allowed: configuration.sources.map(\.name))
        }
        for consent in consents { try check(consent, configuration) }
    }

    private func check(_ identifier: Identifier, _ configuration: Configuration) throws(ConfigurationError) {
        guard let policy = configuration.namespace(named: identifier.namespace), policy.kind != .record else {
            throw identifier.namespacePlace.error(
                "\"\(identifier.namespace)\" is no namespace of the store; those are",
                allowed: Self.namespaceNames(configuration))
        }
        guard !identifier.isHashed || policy.normaliser.acceptsHash else {
            throw identifier.namespacePlace.error(
                "\"\(identifier.namespace)\" takes values only; hashes are taken for e-mail addresses and phone numbers"
            )
        }
    }

    private func check(_ consent: Consent, _ configuration: Configuration) throws(ConfigurationError) {
        if case .constant(let name, let place) = consent.purpose, configuration.purposeIndex(named: name) == nil {
            throw place.error(
                "\"\(name)\" is no purpose of the store; those are", allowed: configuration.purposes.map(\.name))
        }
        if let namespace = consent.namespace,
            configuration.namespace(named: namespace.name).map(\.kind) ?? .record == .record
        {
            throw namespace.place.error(
                "\"\(namespace.name)\" is no namespace of the store; those are",
                allowed: Self.namespaceNames(configuration))
        }
        if case .constant(let name, let place)? = consent.jurisdiction,
            configuration.jurisdictionIndex(named: name) == nil
        {
            throw place.error(
                "\"\(name)\" is no jurisdiction of the store, nor a region of one; those are",
                allowed: configuration.jurisdictions.map(\.name))
        }
    }

    private static func namespaceNames(_ configuration: Configuration) -> [String] {
        configuration.namespaces.map(\.name).filter { $0 != Configuration.recordNamespace }
    }
}
