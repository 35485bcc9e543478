internal import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// What a record is called by the one who sent it.
package struct RecordName: Hashable, Sendable, Encodable {
    package var source: String
    package var recordID: String

    package init(source: String, recordID: String) {
        self.source = source
        self.recordID = recordID
    }

    private enum CodingKeys: String, CodingKey {
        case source
        case recordID = "record_id"
    }
}

extension Engine {
    /// The names of records by their identity keys: a read for each key and source, so not where there are many sources.
    ///
    /// - Returns: nothing for a key that no source holds, and nothing at all above 64 sources.
    package func recordNames(of keys: [IdentityKey]) throws -> [IdentityKey: RecordName] {
        guard !keys.isEmpty else { return [:] }
        let sources = try state().sources
        guard sources.count <= 64 else { return [:] }
        let sealing = store.sealing
        return try store.environment.read { transaction in
            var names: [IdentityKey: RecordName] = [:]
            for key in keys {
                for (number, source) in sources.enumerated() {
                    let place = RecordKey(source: SourceID(UInt32(number)), key: key)
                    guard case .held(let held)? = try transaction.get(Tables.records, place) else { continue }
                    guard let record = try SealedRecord(opening: held, place, by: sealing) else { break }
                    names[key] = RecordName(source: source.name, recordID: record.id)
                    break
                }
            }
            return names
        }
    }
}
