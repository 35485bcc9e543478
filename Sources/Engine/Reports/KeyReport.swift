package import GraphStore
internal import Identity
internal import LMDB

/// Which keys a store has; no key is in it.
package struct KeyReport: Encodable, Sendable {
    package struct Suppressions: Encodable, Sendable {
        package var version: UInt16
        package var count: Int

        package init(version: UInt16, count: Int) {
            self.version = version
            self.count = count
        }
    }

    package var rootKey: String
    /// Whether the root key lies in the store's directory.
    package var isBeside: Bool
    /// The bundle's file; nil where the keys are derived from the root key.
    package var bundle: String?
    package var checkValue: String
    /// Of the identity keys.
    package var identityVersion: UInt16
    /// Whether a rotation to that version is under way.
    package var isRotating: Bool
    package var suppressions: [Suppressions]
    /// How many nodes and others have one.
    package var dataKeys: Int
    /// Whether the file system overwrites slots in their places, rather than keeping what they held.
    package var isOverwritten: Bool
    /// Of Ed25519, in hexadecimal digits.
    package var auditKey: String

    package init(
        rootKey: String, isBeside: Bool, bundle: String?, checkValue: String, identityVersion: UInt16,
        isRotating: Bool, suppressions: [Suppressions], dataKeys: Int, isOverwritten: Bool, auditKey: String
    ) {
        self.rootKey = rootKey
        self.isBeside = isBeside
        self.bundle = bundle
        self.checkValue = checkValue
        self.identityVersion = identityVersion
        self.isRotating = isRotating
        self.suppressions = suppressions
        self.dataKeys = dataKeys
        self.isOverwritten = isOverwritten
        self.auditKey = auditKey
    }

    private enum CodingKeys: String, CodingKey {
        case bundle, suppressions
        case rootKey = "root_key"
        case isBeside = "beside_the_data"
        case checkValue = "check_value"
        case identityVersion = "identity_version"
        case isRotating = "rotation_under_way"
        case dataKeys = "data_keys"
        case isOverwritten = "overwritten_in_place"
        case auditKey = "audit_key"
    }
}

extension Engine {
    package func keyReport() throws -> KeyReport {
        let keys = try StoreKeys(directory: store.directory)
        let (suppressed, count, version) = try store.environment.read { transaction in
            (
                try GraphStore.Suppressions(transaction), try transaction.count(Tables.dataKeys),
                try transaction.keyVersion()
            )
        }
        return KeyReport(
            rootKey: keys.placeText, isBeside: keys.liesInside, bundle: keys.file.exists ? keys.file.path : nil,
            checkValue: hexadecimal(store.keyRing.keyCheckValue), identityVersion: version.newest,
            isRotating: version.rotation != nil,
            suppressions: suppressed.versions.sorted { $0.key < $1.key }
                .map { KeyReport.Suppressions(version: $0.key, count: $0.value) },
            dataKeys: count, isOverwritten: try store.sealing.slots()?.overwritesInPlace ?? true,
            auditKey: try auditKey().hexadecimalText)
    }

    /// Enters an act in the audit: durable when this returns.
    package func enterAudit(_ draft: AuditLog.Draft) throws {
        precondition(lock != nil, "the engine was opened for reading")
        let keyRing = store.keyRing
        try store.environment.write { _ = try AuditLog.enter(draft, keyRing: keyRing, &$0) }
    }
}
