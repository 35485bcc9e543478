internal import GraphStore
package import Identity
internal import LMDB
package import Stitching

/// How a model was made.
package struct LinkageTrainingReport: Sendable {
    /// The model that is kept.
    package var model: LinkageModel
    /// Of records; nil: none was made, as `refusal` says.
    package var outcome: Training.Outcome?
    package var refusal: TrainingRefusal?
    package var devices: DeviceTrainingReport
    /// Records that have attributes.
    package var records: Int
    /// Pairs of them that identifiers had joined.
    package var anchors: Int
}

extension Engine {
    /// Makes a model of the records held, which nobody has told who they are, and of the devices, and keeps it. Nothing is linked by
    /// it before `link`. Where there is a model for devices alone, that is kept.
    ///
    /// - Parameters:
    ///   - known: a model made elsewhere, of which what it knows of errors is taken: for stores too small to learn from.
    ///   - now: noted with the model.
    package func train(from known: LinkageModel? = nil, now: Timestamp) throws -> LinkageTrainingReport {
        let report = try trained(from: known)
        try apply(.keepModel(report.model.bytes, time: now))
        return report
    }

    /// The same, and keeps nothing: for `keepModel`, by who holds the writer.
    package func trained(from known: LinkageModel? = nil) throws -> LinkageTrainingReport {
        let (table, anchors, version) = try trainingRecords()
        var options = Training.Options()
        options.version = version
        let schema = store.configuration.attributeSchema
        let devices = try trainDevices()
        var outcome: Training.Outcome?
        var refusal: TrainingRefusal?
        do throws(TrainingRefusal) {
            outcome =
                if let known {
                    try Training.transfer(known, to: table, schema: schema, anchors: anchors, options: options)
                } else {
                    try Training.trainOrTransfer(table, schema: schema, anchors: anchors, options: options)
                }
        } catch {
            switch devices {
            case .trained: refusal = error
            case .refused(let other): throw EngineError.cannotTrain(error, devices: other)
            case .none: throw EngineError.cannotTrain(error, devices: nil)
            }
        }
        var model = outcome?.model ?? .ofNoRecords(version: version)
        if case .trained(let found) = devices { model.traffic = found.model }
        return LinkageTrainingReport(
            model: model, outcome: outcome, refusal: refusal, devices: devices, records: table.count,
            anchors: anchors.count)
    }

    /// The records with their encodings, the pairs that identifiers have joined, and the next model's version.
    private func trainingRecords() throws -> (RecordTable, [(IdentityKey, IdentityKey)], UInt32) {
        let (sealing, schema) = (store.sealing, store.configuration.attributeSchema)
        return try store.environment.read { transaction in
            let read = try LinkageRecords(transaction) { held, key in
                try SealedRecord(opening: held, key, by: sealing)?.encoding(schema)
            }
            let version = try transaction.models().last.map { $0.version + 1 } ?? 1
            let held = Set(read.records.map(\.key))
            return (RecordTable(read.records), try Self.anchors(held, transaction), version)
        }
    }

    /// Of a profile with more records only those are paired that follow each other.
    private static let pairedRecords = 16

    /// Pairs of records of one profile that no likeness holds together.
    private static func anchors(
        _ held: Set<IdentityKey>, _ transaction: borrowing ReadTransaction
    ) throws -> [(IdentityKey, IdentityKey)] {
        var anchors: [(IdentityKey, IdentityKey)] = []
        try transaction.scan(Tables.components) { _, payload in
            guard case .component(let component) = try ComponentCodec.decode(payload, version: ComponentCodec.version),
                component.members.count > 2
            else { return .proceed }
            let links = component.linksApart ? try transaction.linksApart(of: component) : component.links
            let isGuessed = links.contains { $0.kind == .probabilistic }
            guard !isGuessed else { return .proceed }
            var before: [UInt16: [IdentityKey]] = [:]
            for member in component.members where member.namespace == .record && held.contains(member.key) {
                let others = before[member.cluster, default: []]
                for other in others.suffix(others.count < pairedRecords ? pairedRecords : 1) {
                    anchors.append((other, member.key))
                }
                before[member.cluster, default: []].append(member.key)
            }
            return .proceed
        }
        return anchors
    }

    /// Links all records by a model: the newest where none is named. What readers see changes in one moment.
    @discardableResult
    package func link(version: UInt32? = nil) throws -> CommandReport {
        try apply(.link(version: try modelToLink(version)))
    }

    /// The newest model where none is named.
    ///
    /// - Throws: `noModel`, `noSuchModel`.
    package func modelToLink(_ version: UInt32?) throws -> UInt32 {
        let kept = try models().map(\.version)
        guard let newest = kept.last else { throw EngineError.noModel }
        guard let version else { return newest }
        guard kept.contains(version) else { throw EngineError.noSuchModel(version) }
        return version
    }

    /// Links by likeness no more; models are kept.
    @discardableResult
    package func unlink() throws -> CommandReport { try apply(.link(version: nil)) }

    /// A model that is kept.
    package struct KeptModel: Sendable {
        package var version: UInt32
        package var isActive: Bool
        package var time: Timestamp
        package var model: LinkageModel
    }

    /// The models that are kept, by version.
    package func models() throws -> [KeptModel] {
        try store.environment.read { transaction in
            try transaction.models().map { version, row in
                KeptModel(
                    version: version, isActive: row.isActive, time: Timestamp(milliseconds: row.time),
                    model: try LinkageModel(stored: row.bytes))
            }
        }
    }

    /// A model that is kept: of this version, or the one that links, or else the newest.
    ///
    /// - Throws: `noSuchModel`, `noModel`.
    package func model(_ version: UInt32? = nil) throws -> KeptModel {
        let kept = try models()
        if let version {
            guard let model = kept.first(where: { $0.version == version }) else {
                throw EngineError.noSuchModel(version)
            }
            return model
        }
        guard let model = kept.first(where: \.isActive) ?? kept.last else { throw EngineError.noModel }
        return model
    }

    /// The active model, made ready.
    func activeLinkage() throws -> Linkage {
        let (configuration, keyRing, sealing) = (store.configuration, store.keyRing, store.sealing)
        let active = try store.environment.read { try Linkage.active($0, configuration, keyRing, sealing) }
        guard let active else { throw EngineError.noModel }
        return active
    }
}
