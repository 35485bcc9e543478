/// Documents that come apart from a line of JSON.
extension Intake {
    /// A JSON object in canonical form; nil for an empty one.
    package func document(_ bytes: [UInt8], field: String) throws(Refusal) -> [UInt8]? {
        var out: [UInt8] = []
        do throws(RefusalReason) {
            guard bytes.count <= configuration.limits.lineBytes else { throw .tooLarge }
            var reader = JSONReader(bytes.span)
            guard reader.peek() == UInt8(ascii: "{") else { throw reader.mismatch() }
            try reader.canonicalValue(into: &out)
            try reader.expectEnd()
            guard out.count <= configuration.limits.documentBytes else { throw .tooLarge }
        } catch {
            throw Refusal(reason: error, field: field)
        }
        return out.count > 2 ? out : nil
    }

    /// Whether a context document, in canonical form, holds Global Privacy Control.
    package func holdsGPC(context document: [UInt8]?) -> Bool { document.map(DraftReader.holdsGPC) ?? false }
}
