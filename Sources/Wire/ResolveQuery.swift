/// A `ResolveRequest` as places in its own bytes: what the hot path reads, in place of the generated message. Both accept the
/// same bytes; of a field that comes twice the last counts.
package struct ResolveQuery: Hashable, Sendable {
    package enum Form: Hashable, Sendable {
        case none
        case value(Range<Int>)
        /// Of any length.
        case sha256(Range<Int>)
    }

    package enum Subject: Hashable, Sendable {
        case none
        case identifier(namespace: Range<Int>, form: Form)
        case record(source: Range<Int>, id: Range<Int>)
        case profile(Range<Int>)
    }

    package var subject = Subject.none
    package var purpose = 0..<0
    package var wantsMembers = false
    /// What a look holds is read from the generated message.
    package var hasLook = false

    package init() {}

    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(ProtoReader.Malformed) {
        var reader = ProtoReader(bytes, range)
        while let (field, type) = try reader.next() {
            switch (field, type) {
            case (1, .bytes): try Self.read(&subject, bytes, try reader.range())
            case (2, .bytes): purpose = try reader.range()
            case (3, .varint): wantsMembers = try reader.varint() != 0
            case (4, .bytes):
                _ = try reader.range()
                hasLook = true
            default: try reader.skip(type)
            }
        }
    }

    /// Reads a `Subject` over what was read before: where the same kind comes twice its fields are merged.
    static func read(
        _ subject: inout Subject, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(ProtoReader.Malformed) {
        var reader = ProtoReader(bytes, range)
        while let (field, type) = try reader.next() {
            switch (field, type) {
            case (1, .bytes): try readIdentifier(&subject, bytes, try reader.range())
            case (2, .bytes): try readRecord(&subject, bytes, try reader.range())
            case (3, .bytes): subject = .profile(try reader.range())
            default: try reader.skip(type)
            }
        }
    }

    private static func readIdentifier(
        _ subject: inout Subject, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(ProtoReader.Malformed) {
        var namespace = 0..<0
        var form = Form.none
        if case .identifier(let earlier, let earlierForm) = subject { (namespace, form) = (earlier, earlierForm) }
        var reader = ProtoReader(bytes, range)
        while let (field, type) = try reader.next() {
            switch (field, type) {
            case (1, .bytes): namespace = try reader.range()
            case (2, .bytes): form = .value(try reader.range())
            case (3, .bytes): form = .sha256(try reader.range())
            default: try reader.skip(type)
            }
        }
        subject = .identifier(namespace: namespace, form: form)
    }

    private static func readRecord(
        _ subject: inout Subject, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(ProtoReader.Malformed) {
        var source = 0..<0
        var id = 0..<0
        if case .record(let earlier, let earlierID) = subject { (source, id) = (earlier, earlierID) }
        var reader = ProtoReader(bytes, range)
        while let (field, type) = try reader.next() {
            switch (field, type) {
            case (1, .bytes): source = try reader.range()
            case (2, .bytes): id = try reader.range()
            default: try reader.skip(type)
            }
        }
        subject = .record(source: source, id: id)
    }
}

/// A `ResolveBatchRequest` likewise.
package struct ResolveBatchQuery: Sendable {
    package var subjects: [ResolveQuery.Subject] = []
    package var purpose = 0..<0
    package var wantsMembers = false
    package var hasLook = false
    /// Subjects past the limit are counted and not kept.
    package var count = 0

    package init(_ bytes: Span<UInt8>, limit: Int) throws(ProtoReader.Malformed) {
        var reader = ProtoReader(bytes)
        while let (field, type) = try reader.next() {
            switch (field, type) {
            case (1, .bytes):
                let range = try reader.range()
                count += 1
                guard count <= limit else { continue }
                var subject = ResolveQuery.Subject.none
                try ResolveQuery.read(&subject, bytes, range)
                subjects.append(subject)
            case (2, .bytes): purpose = try reader.range()
            case (3, .varint): wantsMembers = try reader.varint() != 0
            case (4, .bytes):
                _ = try reader.range()
                hasLook = true
            default: try reader.skip(type)
            }
        }
    }
}
