/// Keying from bytes as a message holds them: no text is made of a namespace, a value or a hash.
extension Intake {
    /// Where a namespace stands in the configuration; nil for an unknown name.
    package func namespaceIndex(named name: Span<UInt8>) -> Int? {
        var (low, high) = (0, namespaceNames.count)
        while low < high {
            let middle = (low + high) / 2
            let known = namespaceNames[middle]
            let order = Self.compare(known.span, name)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The identifier of a raw value, place `index` among those of its observation. A placeholder is a failure that is
    /// returned, for the observation stands without it; what refuses the whole is thrown.
    ///
    /// - Parameter source: whose default region stands for phone numbers without a country code.
    package func identifier(
        namespace name: Span<UInt8>, value: Span<UInt8>, at index: Int, of source: SourcePolicy
    ) throws(Refusal) -> Result<KeyedIdentifier, Refusal> {
        let namespace = try knownNamespace(name, at: index)
        do throws(RefusalReason) {
            let key = try key(of: value, namespace: namespace, region: source.defaultRegion)
            return .success(KeyedIdentifier(namespace: namespace, key: key))
        } catch {
            return try dropped(error, "identifiers[\(index)].value")
        }
    }

    /// The identifier of a value's SHA-256, 32 bytes; see the same of a raw value.
    package func identifier(
        namespace name: Span<UInt8>, sha256: Span<UInt8>, at index: Int
    ) throws(Refusal) -> Result<KeyedIdentifier, Refusal> {
        let namespace = try knownNamespace(name, at: index)
        do throws(RefusalReason) {
            guard normalisers[namespace].acceptsHash else { throw .hashNotAccepted }
            guard let digest = Digest(sha256) else { throw .invalidHash }
            guard !canonicaliser.isPlaceholder(digest) else { throw .placeholder }
            return .success(KeyedIdentifier(namespace: namespace, key: hashers[namespace].key(sha256: digest)))
        } catch {
            return try dropped(error, "identifiers[\(index)].sha256")
        }
    }

    /// The policy of a source, declared or default; refused where there is none.
    package func sourcePolicy(named name: String) throws(Refusal) -> SourcePolicy { try source(named: name) }

    /// The observation of a draft whose identifiers were keyed already.
    ///
    /// - Parameters:
    ///   - draft: without identifiers and without decisions of its own, which name namespaces; GPC may be set.
    ///   - identifiers: at most the limit of an observation, in the order sent; what is there twice counts once.
    ///   - dropped: the placeholders that were left out.
    package func key(
        _ draft: ObservationDraft, identifiers: [KeyedIdentifier], dropped: [Refusal], receivedAt: Timestamp
    ) throws(Refusal) -> KeyedObservation {
        precondition(draft.identifiers.isEmpty && draft.decisions.isEmpty, "the draft has identifiers of its own")
        guard identifiers.count + dropped.count <= configuration.limits.identifiersPerObservation else {
            throw Refusal(reason: .tooManyIdentifiers, field: "identifiers")
        }
        let source = try source(named: draft.source)
        try check(draft.time, receivedAt: receivedAt)
        var once: [KeyedIdentifier] = []
        once.reserveCapacity(identifiers.count)
        for identifier in identifiers where !once.contains(identifier) { once.append(identifier) }
        return try observation(draft, source, once, dropped, receivedAt)
    }

    private func knownNamespace(_ name: Span<UInt8>, at index: Int) throws(Refusal) -> Int {
        guard let namespace = namespaceIndex(named: name), namespace != recordIndex else {
            throw Refusal(
                reason: .unknownNamespace, field: "identifiers[\(index)].namespace", advice: namespaceAdvice)
        }
        return namespace
    }

    private func dropped(_ reason: RefusalReason, _ field: String) throws(Refusal) -> Result<KeyedIdentifier, Refusal> {
        let refusal = refusal(reason, field: field)
        guard reason == .placeholder else { throw refusal }
        return .failure(refusal)
    }

    /// Less than, equal to or greater than 0, as `left` comes before, is or comes after `right`.
    private static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return Int(left[index]) - Int(right[index])
        }
        return left.count - right.count
    }
}
