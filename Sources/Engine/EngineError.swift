package import GraphStore
package import Identity
package import Stitching

/// What a command is refused for, as a whole: nothing of it was applied.
package enum EngineError: Error, Sendable {
    case beforeClock(asked: Timestamp, clock: Timestamp)
    /// A purge of what may still be seen as it is.
    case afterClock(asked: Timestamp, clock: Timestamp)
    case unknownSource(String)
    /// The source has said something later than the retraction.
    case laterEvidence(source: String, newest: Timestamp)
    /// An assertion against one that is held.
    case contradiction(String)
    /// A must-link that would make a component of more members than one may have.
    case componentFull(members: Int, limit: Int)
    /// An assertion's text; in bytes of UTF-8.
    case textTooLong(field: String, bytes: Int, limit: Int)
    case sameIdentifier
    case unknownRecord
    case noSuchAssertion
    case notAnIdentifier(String)
    /// The writer takes no more commands.
    case stopped
    case unknownPurpose(allowed: [String])
    /// The reader of the feed fell behind what is kept.
    case feedTrimmed(first: UInt64)
    case feedAhead(next: UInt64)
    /// The store is as full as ingest may make it.
    case storeFull(used: Int, limit: Int)
    /// A configuration that the store cannot be evaluated under: each reason.
    case cannotRepartition([String])
    /// An identifier that was erased, or whose holder has objected.
    case suppressed
    case noSuchErasure(UInt64)
    /// A profile id that leads to nothing.
    case unknownSubject
    /// The request is not in the state that the step needs.
    case wrongState(UInt64, ErasureRow.State)
    /// The approval is of something else than the request.
    case otherRequest(UInt64)
    /// The requester must not approve.
    case ownRequest(UInt64)
    case expiredApproval(UInt64)
    case notAGrant
    /// The search after a scrub has found something, or cannot be ended yet.
    case notVerified(UInt64, ErasureVerification)
    /// Keys are being rotated: what would name them waits.
    case rotationUnderWay
    /// A rotation does not begin while an erasure is on its way.
    case rotationMustWait(erasure: UInt64)
    /// Another linkage model has this version.
    case modelExists(UInt32)
    case noSuchModel(UInt32)
    /// No linkage model is kept, or none is active.
    case noModel
    /// Why no model was made of the records held; and of the devices, where events told of any.
    case cannotTrain(TrainingRefusal, devices: TrafficRefusal?)
    /// Two records that the active model has not found to be alike.
    case noSuchMatch
    /// No catalogue of offers is loaded.
    case noCatalogue
    /// A question's field that cannot be so.
    case offerField(String)
    case noScores
    /// Why none of the score models could be fitted, by name.
    case cannotFit([String: String])
    /// A server does not take another configuration while it serves.
    case configurationOfServer
}

extension EngineError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .beforeClock(let asked, let clock):
            "\(asked) is before the store's clock, \(clock): as-of looks forward only; give a later time"
        case .afterClock(let asked, let clock):
            "\(asked) is after the store's clock, \(clock): run `selvedge sweep --as-of \(asked)` first"
        case .unknownSource(let name):
            "no source named \(name) has sent anything or is declared in the configuration; check its spelling: "
                + "`selvedge stats` lists those that have sent something"
        case .laterEvidence(let source, let newest):
            "source \(source) has evidence of \(newest), later than the retraction; give --time \(newest) or later"
        case .contradiction(let what):
            "contradiction: \(what); withdraw that one first"
        case .componentFull(let members, let limit):
            "the two would be of one component with \(members) members, and limits.component_members is \(limit): "
                + "take back first what connects too many (`selvedge stats` shows the largest components)"
        case .textTooLong(let field, let bytes, let limit):
            "the assertion's \(field) has \(bytes) bytes, its limit is \(limit); shorten it"
        case .sameIdentifier:
            "both are the same identifier; name two"
        case .unknownRecord:
            "the store holds no such record; check source and record id"
        case .noSuchAssertion:
            "no such assertion is held; check the two identifiers and whether it says same or different"
        case .notAnIdentifier(let what):
            what
        case .stopped:
            "the writer has stopped; nothing was applied: open the store again"
        case .unknownPurpose(let allowed):
            "no such purpose can be asked for; the configuration's are \(allowed.joined(separator: ", "))"
        case .feedTrimmed(let first):
            "the feed begins at \(first): older entries are trimmed; read the profiles anew, then go on from there"
        case .feedAhead(let next):
            "the feed has not come so far: its next entry will be \(next)"
        case .storeFull(let used, let limit):
            "the store uses \(used) of \(limit) bytes of its map, and ingest stops at 80 % so that erasure has room: "
                + "purge, or raise map-bytes in the store's file STORE while nobody has it open"
        case .cannotRepartition(let reasons):
            "the store cannot be evaluated under this configuration: " + reasons.joined(separator: "; ")
        case .modelExists(let version):
            "the store keeps another linkage model of version \(version); train anew, and it will have the next"
        case .noSuchModel(let version):
            "the store keeps no linkage model of version \(version); `selvedge model list` lists those that it keeps"
        case .noModel:
            "the store links by no model; run `selvedge train linkage`, then `selvedge link`"
        case .cannotTrain(let refusal, let devices):
            "no model was made: \(refusal)" + (devices.map { "; of devices neither: \($0)" } ?? "")
        case .noSuchMatch:
            "the active model has not found these two records to be alike; `selvedge review list` lists those that wait"
        case .noCatalogue:
            "the store has no catalogue of offers; load one with `selvedge offers load FILE`"
        case .offerField(let field):
            "\(field) cannot be so: names must be the catalogue's (`selvedge offers show`), money in minor units of its "
                + "currency, a basket of at most 1,000 lines"
        case .noScores:
            "the store has no score models; train them with `selvedge train scores`"
        case .cannotFit(let reasons):
            "no model could be fitted, and nothing was kept: "
                + reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
        case .configurationOfServer:
            "a server says what another configuration would change (--dry-run), and does not take it while it serves: "
                + "stop it, then run `selvedge repartition --data DIR --config FILE` and start it again"
        case .suppressed, .noSuchErasure, .unknownSubject, .wrongState, .otherRequest, .ownRequest, .expiredApproval,
            .notAGrant, .notVerified:
            privacyDescription
        case .rotationUnderWay:
            "the identity keys are being rotated; end that first, with `selvedge keys rotate identity`"
        case .rotationMustWait(let number):
            "erasure \(number) is on its way: run it to its end first, then rotate the keys"
        }
    }
}
