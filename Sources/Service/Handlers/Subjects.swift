internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

/// Why there is no view of a subject.
enum SubjectError: Error {
    /// It is no identifier.
    case refused(Refusal)
    case store(any Error)

    var callError: CallError {
        switch self {
        case .refused(let refusal): CallError(refusal)
        case .store(let error): CallError(store: error)
        }
    }
}

/// A subject as the store knows it.
enum SubjectKey: Hashable, Sendable {
    case identity(IdentityKey)
    case profile(ProfileID)

    var view: ViewSubject {
        switch self {
        case .identity(let key): .key(key)
        case .profile(let id): .profile(id)
        }
    }

    /// By which budgets tell subjects apart.
    var budgetMark: UInt64 {
        switch self {
        case .identity(let key): key.budgetMark
        case .profile(let id): id.budgetMark
        }
    }

    /// What the audit names: the identity key, or a profile id's 16 bytes in its place.
    var audited: IdentityKey {
        switch self {
        case .identity(let key): key
        case .profile(let id): IdentityKey(high: id.high, low: id.low)
        }
    }
}

extension Handlers {
    /// Of a subject on the hot path: from the message's own bytes, without a String for an identifier.
    func key(_ message: Span<UInt8>, _ subject: ResolveQuery.Subject) throws(SubjectError) -> SubjectKey {
        do throws(Refusal) {
            switch subject {
            case .none:
                throw Refusal(
                    reason: .missingField, field: "subject", advice: "give an identifier, a record or a profile id")
            case .identifier(let namespace, let form):
                return .identity(try key(message, namespace, form))
            case .record(let source, let id):
                return .identity(
                    try intake.recordKey(
                        source: try text(message, source, "subject.record.source"),
                        recordID: try text(message, id, "subject.record.record_id")))
            case .profile(let range):
                guard let id = ProfileID(try text(message, range, "subject.profile_id")) else { throw Self.noProfileID }
                return .profile(id)
            }
        } catch {
            throw .refused(error)
        }
    }

    private func key(
        _ message: Span<UInt8>, _ namespace: Range<Int>, _ form: ResolveQuery.Form
    ) throws(Refusal) -> IdentityKey {
        let name = message.extracting(namespace)
        guard let index = namespaceNames.firstIndex(where: { $0.span.isEqual(to: name) }), index != recordIndex else {
            throw unknownNamespace
        }
        switch form {
        case .none:
            throw Refusal(reason: .missingField, field: "subject.identifier", advice: "give value or sha256")
        case .value(let range):
            do throws(Refusal) {
                return try intake.identityKey(namespace: index, value: message.extracting(range))
            } catch { throw error.placed(in: "subject.identifier") }
        case .sha256(let range):
            guard let digest = Digest(message.extracting(range)) else {
                throw Refusal(reason: .invalidHash, field: "subject.identifier.sha256", advice: "SHA-256 has 32 bytes")
            }
            do throws(Refusal) {
                return try intake.identityKey(namespace: index, sha256: digest)
            } catch { throw error.placed(in: "subject.identifier") }
        }
    }

    /// Of a generated message.
    func key(_ subject: SelvedgeSubject, field: String = "subject") throws(Refusal) -> SubjectKey {
        switch subject.kind {
        case nil:
            throw Refusal(
                reason: .missingField, field: field, advice: "give an identifier, a record or a profile id")
        case .identifier?, .record?: return .identity(try identifier(subject, field: field).key)
        case .profileID(let text)?:
            guard let id = ProfileID(text) else { throw Self.noProfileID }
            return .profile(id)
        }
    }

    /// An identifier or a record: what evidence is about.
    func identifier(_ subject: SelvedgeSubject, field: String) throws(Refusal) -> KeyedIdentifier {
        switch subject.kind {
        case .identifier(let identifier)?:
            guard let index = intake.configuration.namespaceIndex(named: identifier.namespace), index != recordIndex
            else { throw unknownNamespace }
            do throws(Refusal) {
                return KeyedIdentifier(namespace: index, key: try key(identifier, index))
            } catch { throw error.placed(in: "\(field).identifier") }
        case .record(let name)?:
            let key = try intake.recordKey(source: name.source, recordID: name.recordID)
            return KeyedIdentifier(namespace: recordIndex, key: key)
        default:
            throw Refusal(reason: .missingField, field: field, advice: "give an identifier or a record")
        }
    }

    private func key(_ identifier: SelvedgeIdentifier, _ index: Int) throws(Refusal) -> IdentityKey {
        switch identifier.form {
        case nil: throw Refusal(reason: .missingField, field: "", advice: "give value or sha256")
        case .value(let value)?: return try intake.identityKey(namespace: index, value: value)
        case .sha256(let bytes)?:
            guard let digest = Digest(Array(bytes)) else {
                throw Refusal(reason: .invalidHash, field: "sha256", advice: "SHA-256 has 32 bytes")
            }
            return try intake.identityKey(namespace: index, sha256: digest)
        }
    }

    private var unknownNamespace: Refusal {
        let names = intake.configuration.namespaces.map(\.name).filter { $0 != Configuration.recordNamespace }
        return Refusal(
            reason: .unknownNamespace, field: "subject.identifier.namespace",
            advice: "the namespaces are \(names.joined(separator: ", "))")
    }

    private static var noProfileID: Refusal {
        Refusal(
            reason: .invalidCharacters, field: "subject.profile_id", advice: "a profile id is prf_ and 26 characters")
    }

    private func text(_ message: Span<UInt8>, _ range: Range<Int>, _ field: String) throws(Refusal) -> String {
        let bytes = message.extracting(range)
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        guard let text = String(validating: copy, as: UTF8.self) else {
            throw Refusal(reason: .invalidUTF8, field: field)
        }
        return text
    }
}

extension Refusal {
    /// The same, with where its field lies.
    func placed(in place: String) -> Refusal {
        Refusal(reason: reason, field: field.isEmpty ? place : "\(place).\(field)", advice: advice)
    }
}

extension CallError {
    /// A whole call refused for one value in it.
    init(_ refusal: Refusal) {
        self.init(invalid: refusal.reason.rawValue, refusal.advice, field: refusal.field)
    }
}

extension SelvedgeRefusal {
    init(_ refusal: Refusal) {
        self.init()
        reason = refusal.reason.rawValue
        field = refusal.field
        advice = refusal.advice
    }
}
