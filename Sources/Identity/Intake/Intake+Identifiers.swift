extension Intake {
    /// The key of a value in a namespace: the hot path of a resolve, without an allocation for plain ASCII.
    ///
    /// `region` stands for a source's default region; nil means the default source's. Refusals carry the field `value`.
    package func identityKey(
        namespace index: Int, value: Span<UInt8>, region: String? = nil
    ) throws(Refusal) -> IdentityKey {
        let region = region ?? configuration.defaultSource.defaultRegion
        do throws(RefusalReason) {
            return try key(of: value, namespace: index, region: region)
        } catch {
            throw refusal(error, field: "value")
        }
    }

    /// The key of a value in a namespace; see the same of bytes.
    package func identityKey(
        namespace index: Int, value: borrowing String, region: String? = nil
    ) throws(Refusal) -> IdentityKey {
        try identityKey(namespace: index, value: value.utf8Span.span, region: region)
    }

    /// The key of a value that was hashed by the sender. `sha256` is of the canonical form. Refusals carry the field `sha256`.
    package func identityKey(namespace index: Int, sha256 digest: Digest) throws(Refusal) -> IdentityKey {
        do throws(RefusalReason) {
            return try key(of: digest, namespace: index)
        } catch {
            throw refusal(error, field: "sha256")
        }
    }

    /// An identifier as an operator writes it: `NAMESPACE:VALUE`, `NAMESPACE#sha256:HEX|BASE64`, or
    /// `record:SOURCE/RECORD_ID`. Phone numbers without a country code take the source's region.
    package func identifier(_ text: String, source: String? = nil) throws(Refusal) -> KeyedIdentifier {
        guard let colon = text.firstIndex(of: ":") else {
            throw Refusal(reason: .missingField, field: "", advice: "write it as NAMESPACE:VALUE")
        }
        let head = text[..<colon]
        let value = String(text[text.index(after: colon)...])
        if head == Configuration.recordNamespace { return try recordIdentifier(value) }
        let parts = head.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count == 1 || (parts.count == 2 && parts[1] == "sha256") else {
            throw Refusal(reason: .unknownField, field: "", advice: "after a namespace, # takes sha256 only")
        }
        let draft = IdentifierDraft(
            namespace: String(parts[0]), value: parts.count == 2 ? .sha256(value) : .raw(value))
        var region = configuration.defaultSource.defaultRegion
        if let source { region = try self.source(named: source).defaultRegion }
        switch try keyed(draft, region: region, field: { $0 }) {
        case .success(let identifier): return identifier
        case .failure(let refusal): throw refusal
        }
    }

    /// The key of a record: in the namespace `record`, over source, NUL, record id as it was sent.
    package func recordKey(source: String, recordID: String) throws(Refusal) -> IdentityKey {
        try checkRecordID(recordID)
        let name = try self.source(named: source).name
        let bytes = Array(name.utf8) + [0] + Array(recordID.utf8)
        return hashers[recordIndex].key(normalised: bytes.span)
    }

    /// The identifiers, each once in the order sent, and the placeholders that were left out.
    func keyed(
        _ drafts: [IdentifierDraft], region: String?
    ) throws(Refusal) -> (identifiers: [KeyedIdentifier], dropped: [Refusal]) {
        guard drafts.count <= configuration.limits.identifiersPerObservation else {
            throw Refusal(reason: .tooManyIdentifiers, field: "identifiers")
        }
        var identifiers: [KeyedIdentifier] = []
        identifiers.reserveCapacity(drafts.count)
        var dropped: [Refusal] = []
        for (index, draft) in drafts.enumerated() {
            switch try keyed(draft, region: region, field: { "identifiers[\(index)].\($0)" }) {
            case .success(let identifier):
                if !identifiers.contains(identifier) { identifiers.append(identifier) }
            case .failure(let refusal): dropped.append(refusal)
            }
        }
        return (identifiers, dropped)
    }

    /// The identifier; a placeholder is a failure that is returned, any other is thrown. `field` names a member's place.
    private func keyed(
        _ draft: IdentifierDraft, region: String?, field: (String) -> String
    ) throws(Refusal) -> Result<KeyedIdentifier, Refusal> {
        guard let index = configuration.namespaceIndex(named: draft.namespace), index != recordIndex else {
            throw Refusal(reason: .unknownNamespace, field: field("namespace"), advice: namespaceAdvice)
        }
        let member: String
        let reason: RefusalReason
        do throws(RefusalReason) {
            let key: IdentityKey
            switch draft.value {
            case .raw(let value): key = try self.key(of: value.utf8Span.span, namespace: index, region: region)
            case .sha256(let text): key = try self.key(ofHash: text.utf8Span.span, namespace: index)
            }
            return .success(KeyedIdentifier(namespace: index, key: key))
        } catch {
            reason = error
        }
        if case .raw = draft.value { member = "value" } else { member = "sha256" }
        let refusal = refusal(reason, field: field(member))
        guard reason == .placeholder else { throw refusal }
        return .failure(refusal)
    }

    /// The key of a raw value, for who reads many: a reason alone where there is none.
    package func key(
        of value: Span<UInt8>, namespace index: Int, region: String?
    ) throws(RefusalReason) -> IdentityKey {
        let digest = try canonicaliser.digest(of: value, normalisers[index], region: region)
        return hashers[index].key(sha256: digest)
    }

    /// The key of a value's SHA-256 as partners write it; see the same of a raw value.
    package func key(ofHash text: Span<UInt8>, namespace index: Int) throws(RefusalReason) -> IdentityKey {
        guard normalisers[index].acceptsHash else { throw .hashNotAccepted }
        guard let digest = Digest(text: text) else { throw .invalidHash }
        return try key(of: digest, namespace: index)
    }

    private func key(of digest: Digest, namespace index: Int) throws(RefusalReason) -> IdentityKey {
        guard normalisers[index].acceptsHash else { throw .hashNotAccepted }
        guard !canonicaliser.isPlaceholder(digest) else { throw .placeholder }
        return hashers[index].key(sha256: digest)
    }

    private func recordIdentifier(_ text: String) throws(Refusal) -> KeyedIdentifier {
        guard let slash = text.firstIndex(of: "/") else {
            throw Refusal(reason: .missingField, field: "", advice: "write a record as record:SOURCE/RECORD_ID")
        }
        let key = try recordKey(source: String(text[..<slash]), recordID: String(text[text.index(after: slash)...]))
        return KeyedIdentifier(namespace: recordIndex, key: key)
    }

    var namespaceAdvice: String {
        let names = configuration.namespaces.map(\.name).filter { $0 != Configuration.recordNamespace }
        return "the namespaces are \(names.joined(separator: ", "))"
    }

    func refusal(_ reason: RefusalReason, field: String) -> Refusal {
        guard reason == .valueTooLong else { return Refusal(reason: reason, field: field) }
        return Refusal(
            reason: reason, field: field, advice: "a value is at most \(configuration.limits.valueBytes) bytes")
    }
}
