internal import Identity

/// How one input is read: what its columns mean.
package struct InputPlan: Sendable {
    package var name: String
    package var format: InputFormat
    /// Bound to the input's header; nil for JSON Lines.
    package var mapping: Mapping?
    /// Fields of the header.
    package var columnCount: Int
    /// Where the first row begins in the first chunk, behind byte order mark and header.
    package var start: Int
    /// Longest row, in bytes.
    package var limit: Int
    package var fileSize: Int?
}

/// An input that was opened: its header is read, its rows come next.
package struct OpenInput: ~Copyable {
    package let plan: InputPlan
    private var chunks: RowChunks
    /// It was read for the header.
    private var first: RowChunk?

    /// Opens an input and binds the mapping to its header.
    ///
    /// - Parameters:
    ///   - number: the input's index in the load.
    ///   - mapping: for CSV.
    ///   - limit: longest row, in bytes.
    ///   - stops: see `ByteSource`.
    /// - Throws: `InputError` or `ConfigurationError`.
    package init(
        _ file: InputFile, number: Int, mapping: Mapping?, limit: Int, stops: @escaping @Sendable () -> Bool
    ) throws {
        let source = try ByteSource(file.path, stops: stops)
        let dialect = file.format == .csv ? mapping?.dialect ?? CSVDialect() : nil
        var chunks = RowChunks(source, input: number, dialect: dialect, limit: limit)
        var first = try chunks.next()
        let plan = try Self.plan(file, first, mapping, limit: limit, fileSize: source.size)
        first?.start = plan.start
        self.plan = plan
        self.first = first
        self.chunks = chunks
    }

    private static func plan(
        _ file: InputFile, _ first: RowChunk?, _ mapping: Mapping?, limit: Int, fileSize: Int?
    ) throws -> InputPlan {
        let start = first.map { $0.bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0 } ?? 0
        if file.format == .jsonl {
            return InputPlan(
                name: file.name, format: .jsonl, mapping: nil, columnCount: 0, start: start, limit: limit,
                fileSize: fileSize)
        }
        guard let mapping else {
            throw InputError(
                file.name, "is CSV, which needs --mapping MAP.yaml; `selvedge backfill --suggest FILE` writes one")
        }
        var plan = InputPlan(
            name: file.name, format: .csv, mapping: nil, columnCount: 0, start: start, limit: limit,
            fileSize: fileSize)
        let names: [String]
        if let given = mapping.columns {
            names = given
        } else {
            let header = try Header(first, from: start, mapping.dialect, limit: limit, input: file.name)
            (names, plan.start) = (header.names, header.end)
        }
        plan.mapping = try mapping.bound(to: names, of: file.name)
        plan.columnCount = names.count
        return plan
    }

    /// Opens an input again at a place up to which it was read.
    package init(
        _ file: InputFile, number: Int, plan: InputPlan, position: UInt64, line: Int,
        stops: @escaping @Sendable () -> Bool
    ) throws(InputError) {
        let source = try ByteSource(file.path, stops: stops)
        try source.skip(to: position)
        var chunks = RowChunks(source, input: number, dialect: plan.mapping?.dialect, limit: plan.limit, line: line)
        var first: RowChunk?
        if position == 0 {
            first = try chunks.next()
            first?.start = plan.start
        }
        self.plan = plan
        self.first = first
        self.chunks = chunks
    }

    /// The next rows; nil at the end.
    package mutating func next() throws(InputError) -> RowChunk? {
        if let chunk = first.take() { return chunk }
        return try chunks.next()
    }

    package var isStopped: Bool { chunks.isStopped }
}

/// The names of columns in the first row of an input.
package struct Header {
    package let names: [String]
    /// Behind it.
    let end: Int

    package init(
        _ chunk: RowChunk?, from start: Int, _ dialect: CSVDialect, limit: Int, input: String
    ) throws(InputError) {
        guard let chunk, start < chunk.bytes.count else {
            throw InputError(input, "holds nothing; a CSV file begins with a line that names its columns")
        }
        var scanner = CSVScanner(dialect, limit: limit)
        var names: [String] = []
        var problem: String?
        // Sound: the array outlives the scan, and fields lie inside it.
        unsafe chunk.bytes.withUnsafeBufferPointer { bytes in
            switch unsafe scanner.scan(bytes, from: start) {
            case .whole, .open: break
            default: problem = "its first line is no header of RFC 4180: correct its quotes"
            }
            for index in 0..<min(scanner.fieldCount, CSVScanner.fieldLimit) {
                let field = scanner.field(index)
                let text = unsafe String(decoding: bytes[Int(field.start)..<Int(field.end)], as: UTF8.self)
                names.append(Self.trimmed(text.replacing("\"\"", with: "\"")))
            }
        }
        if chunk.isCutOff { problem = "its first line is longer than \(limit) bytes; is it CSV?" }
        if scanner.hasNUL { problem = "its first line holds NUL bytes; convert it: iconv -f UTF-16 -t UTF-8 FILE" }
        if scanner.fieldCount > CSVScanner.fieldLimit { problem = "it has more than \(CSVScanner.fieldLimit) columns" }
        if names.contains(where: { $0.contains("\r") }) {
            problem = "its lines end with CR alone; convert it: tr '\\r' '\\n' < FILE"
        }
        // Messages name columns: what looks like somebody's data is not named.
        if problem == nil, names.contains(where: Self.looksLikeData) {
            problem =
                "its first line is no header but data; give the columns in the mapping: csv: {columns: [NAME, ...]}"
        }
        if let problem { throw InputError(input, problem) }
        self.names = names
        end = scanner.end
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop(while: \.isWhitespace)
        return String(rest.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// An address, a number, a time, or a long token.
    private static func looksLikeData(_ name: String) -> Bool {
        if name.contains("@") || name.utf8.count > 128 { return true }
        let digits = name.utf8.count { $0 &- 0x30 < 10 }
        return digits >= 6 && 2 * digits > name.utf8.count
    }
}

/// The inputs of a load, each looked at before the first row is read.
package struct OpenInputs: ~Copyable {
    package let files: [InputFile]
    package let plans: [InputPlan]
    /// It cannot be opened twice.
    var standardInput: OpenInput?

    /// Opens every input and binds the mapping to its header.
    ///
    /// - Parameters:
    ///   - mapping: checked against the store's configuration already, where that is known.
    ///   - limit: longest row, in bytes.
    /// - Throws: `InputError` or `ConfigurationError`.
    package init(
        _ files: [InputFile], mapping: Mapping?, limit: Int, stops: @escaping @Sendable () -> Bool
    ) throws {
        self.files = files
        var plans: [InputPlan] = []
        var held: OpenInput?
        for (number, file) in files.enumerated() {
            let input = try OpenInput(file, number: number, mapping: mapping, limit: limit, stops: stops)
            plans.append(input.plan)
            if file.isStandardInput { held = consume input }
        }
        self.plans = plans
        standardInput = consume held
    }

    /// Bytes of all inputs; nil where one has no end that is known.
    package var fileSize: Int? {
        plans.reduce(0) { sum, plan in sum.flatMap { sum in plan.fileSize.map { sum + $0 } } }
    }
}
