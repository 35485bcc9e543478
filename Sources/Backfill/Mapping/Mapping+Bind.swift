package import Identity

extension Mapping {
    /// Finds the columns in a header. A column that is not there, or there twice, is an error of the mapping with what is there.
    ///
    /// - Parameter input: what messages call the input.
    package func bound(to header: [String], of input: String) throws(ConfigurationError) -> Mapping {
        var bound = self
        try bound.eachCell { (cell) throws(ConfigurationError) in
            guard let index = header.firstIndex(of: cell.column) else {
                throw cell.place.error(
                    "\(input) has no column \"\(cell.column)\"; its columns are", allowed: Self.shown(header))
            }
            guard header.lastIndex(of: cell.column) == index else {
                throw cell.place.error("\(input) has the column \"\(cell.column)\" twice; rename one of them")
            }
            guard index < CSVScanner.fieldLimit else {
                throw cell.place.error("\(input): a column past the first \(CSVScanner.fieldLimit) cannot be used")
            }
            cell.index = index
        }
        return bound
    }

    /// At most so many columns are named in a message.
    private static let shownColumns = 50

    private static func shown(_ header: [String]) -> [String] {
        header.count <= shownColumns
            ? header : Array(header.prefix(shownColumns)) + ["and \(header.count - shownColumns) more"]
    }

    private mutating func eachCell(
        _ body: (inout Cell) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        for index in filters.indices { try body(&filters[index].cell) }
        try source.withCell(body)
        try recordID?.withCell(body)
        try time.value.withCell(body)
        for index in identifiers.indices { try body(&identifiers[index].cell) }
        try attributes?.eachCell(body)
        try behaviour?.eachCell(body)
        try context?.eachCell(body)
        for index in consents.indices { try consents[index].eachCell(body) }
        try gpc.mutate(body)
    }
}

extension Mapping.Value {
    fileprivate mutating func withCell(
        _ body: (inout Mapping.Cell) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        guard case .cell(var cell) = self else { return }
        try body(&cell)
        self = .cell(cell)
    }
}

extension Mapping.Document {
    fileprivate mutating func eachCell(
        _ body: (inout Mapping.Cell) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        for index in members.indices { try members[index].value.withCell(body) }
        try whole.mutate(body)
    }
}

extension Mapping.Consent {
    fileprivate mutating func eachCell(
        _ body: (inout Mapping.Cell) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        try purpose.withCell(body)
        try jurisdiction?.withCell(body)
        try channel?.withCell(body)
        try evidence?.withCell(body)
        try time?.value.withCell(body)
        if var shown = notice {
            try shown.id.withCell(body)
            try shown.version?.withCell(body)
            try shown.language?.withCell(body)
            notice = shown
        }
        guard case .told(var cell, let words) = choice else { return }
        try body(&cell)
        choice = .told(cell, words)
    }
}

extension Optional where Wrapped == Mapping.Cell {
    fileprivate mutating func mutate(
        _ body: (inout Mapping.Cell) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        guard var cell = self else { return }
        try body(&cell)
        self = cell
    }
}
