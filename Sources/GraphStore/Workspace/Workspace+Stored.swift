internal import Identity
internal import LMDB
internal import Stitching

/// The evidence of links that are loaded: decoded where it changes, else judged and copied as it lies.
extension Workspace {
    /// Keeps decoded evidence.
    mutating func hold(_ evidence: Evidence) -> EvidencePlace {
        decoded.append(evidence)
        return EvidencePlace(decoded: Int32(decoded.count - 1))
    }

    /// A link's evidence, as a value.
    func evidence(of index: Int) -> Evidence {
        let place = links[index].evidence
        if place.decoded >= 0 { return decoded[Int(place.decoded)] }
        var evidence = Evidence()
        evidence.folds.reserveCapacity(Int(place.folds))
        for fold in 0..<Int(place.folds) { evidence.folds.append(storedFold(place, fold)) }
        evidence.records.reserveCapacity(Int(place.records))
        for record in 0..<Int(place.records) { evidence.records.append(storedRecord(place, record)) }
        return evidence
    }

    /// Where a link's evidence is decoded, to be changed there.
    mutating func decode(_ index: Int) -> Int {
        let place = links[index].evidence
        if place.decoded >= 0 { return Int(place.decoded) }
        links[index].evidence =
            place.folds == 0 && place.records == 0 ? hold(Evidence()) : hold(evidence(of: index))
        return decoded.count - 1
    }

    mutating func setEvidence(of index: Int, to evidence: Evidence) { decoded[decode(index)] = evidence }

    func hasEvidence(_ index: Int) -> Bool {
        let place = links[index].evidence
        return place.decoded >= 0
            ? !decoded[Int(place.decoded)].isEmpty : place.folds != 0 || place.records != 0
    }

    /// The first of a link's records: of a tie the one that it ties.
    func firstRecord(of index: Int) -> RecordContribution? {
        let place = links[index].evidence
        if place.decoded >= 0 { return decoded[Int(place.decoded)].records.first }
        return place.records > 0 ? storedRecord(place, 0) : nil
    }

    func storedFold(_ place: EvidencePlace, _ index: Int) -> Fold {
        EvidenceCodec.fold(storedEvidence.bytes, at: Int(place.offset) + index * EvidenceCodec.foldBytes)
    }

    func storedRecord(_ place: EvidencePlace, _ index: Int) -> RecordContribution {
        let records = Int(place.offset) + Int(place.folds) * EvidenceCodec.foldBytes
        return EvidenceCodec.record(storedEvidence.bytes, at: records + index * EvidenceCodec.recordBytes)
    }

    /// What a link's evidence is worth now.
    func standing(of index: Int, timeToLive: Int32?) -> Standing {
        let place = links[index].evidence
        if place.decoded >= 0 {
            return decoded[Int(place.decoded)].standing(at: hour, timeToLive: timeToLive, policies: policies)
        }
        guard place.records == 0 else {
            return evidence(of: index).standing(at: hour, timeToLive: timeToLive, policies: policies)
        }
        var standing = Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        for fold in 0..<Int(place.folds) {
            standing.add(storedFold(place, fold), at: hour, timeToLive: timeToLive, policies: policies)
        }
        return standing
    }

    /// The purposes that a link's evidence may serve now.
    func purposes(of index: Int, timeToLive: Int32?) -> UInt32 {
        let place = links[index].evidence
        if place.decoded >= 0 {
            return policies.serving(decoded[Int(place.decoded)], at: hour, timeToLive: timeToLive)
        }
        guard place.records == 0 else {
            return policies.serving(evidence(of: index), at: hour, timeToLive: timeToLive)
        }
        var mask: UInt32 = 0
        for index in 0..<Int(place.folds) {
            let fold = storedFold(place, index)
            guard Evidence.lives(fold.last, hour, timeToLive) else { continue }
            mask |= policies.sources[Int(fold.source.rawValue)].purposes
        }
        return mask
    }

    /// Bytes of a link's folds and records as they are written.
    func evidenceBytes(_ index: Int) -> Int {
        let place = links[index].evidence
        guard place.decoded >= 0 else { return place.byteCount }
        return decoded[Int(place.decoded)].folds.count * EvidenceCodec.foldBytes
            + decoded[Int(place.decoded)].records.count * EvidenceCodec.recordBytes
    }

    /// Writes the body of an active link to `scratch`: what was not decoded, as it was read.
    mutating func encodeLink(_ index: Int) {
        let link = links[index]
        guard link.evidence.decoded < 0 else {
            LinkBytes.encode(
                kind: link.kind, verdict: link.verdict, evidence: decoded[Int(link.evidence.decoded)], into: &scratch)
            return
        }
        Self.copy(link, from: storedEvidence, to: &scratch)
    }

    private static func copy(_ link: WorkLink, from stored: borrowing ByteWriter, to writer: inout ByteWriter) {
        writer.append(link.kind.rawValue)
        writer.append(link.verdict.rawValue)
        writer.append(link.evidence.folds)
        writer.append(link.evidence.records)
        let start = Int(link.evidence.offset)
        writer.append(contentsOf: stored.bytes.extracting(start..<start + link.evidence.byteCount))
    }
}
