internal import Engine
internal import GraphStore
internal import LMDB
internal import Wire

extension CallError {
    /// What a caller is told of an error of the layers below. The store's own trouble is for the operator: callers are told
    /// that there is some, and no more.
    init(store error: any Error) {
        switch error {
        case let error as CallError: self = error
        case let error as EngineError: self.init(engine: error)
        case let error as LMDBError where error.isDamage: self.init(damage: ())
        case StoreError.damaged: self.init(damage: ())
        case let error as LMDBError where error.isOutOfRoom:
            self.init(.storeFull, "the disk or the map is full; nothing of the call was applied")
        case is CancellationError: self.init(.cancelled, "the call was given up")
        default: self.init(.internal, "the server could not do it; its log says why")
        }
    }

    private init(damage: Void) {
        self.init(.damaged, "the store is damaged where the answer lies; its operator is to run `selvedge check`")
    }

    private init(engine error: EngineError) {
        let code: ErrorCode
        var limit = 0
        switch error {
        case .beforeClock: code = .beforeClock
        case .afterClock: code = .afterClock
        case .unknownSource: code = .unknownSource
        case .laterEvidence: code = .laterEvidence
        case .contradiction: code = .contradiction
        case .componentFull(_, let most): (code, limit) = (.componentFull, most)
        case .unknownRecord: code = .unknownRecord
        case .noSuchAssertion: code = .noSuchAssertion
        case .unknownPurpose: code = .unknownPurpose
        case .feedTrimmed(let first): (code, limit) = (.feedTrimmed, Int(clamping: first))
        case .feedAhead(let next): (code, limit) = (.feedAhead, Int(clamping: next))
        case .storeFull: code = .storeFull
        case .stopped: code = .draining
        case .textTooLong(_, _, let most):
            self.init(invalid: "value_too_long", error.description, field: "")
            self.limit = UInt64(most)
            return
        case .sameIdentifier, .notAnIdentifier:
            self.init(invalid: "invalid_subject", error.description, field: "")
            return
        case .noSuchErasure: code = .unknownErasure
        case .unknownSubject: code = .unknownSubject
        case .wrongState, .rotationUnderWay, .rotationMustWait: code = .wrongState
        case .otherRequest: code = .otherRequest
        case .ownRequest: code = .ownRequest
        case .expiredApproval: code = .approvalExpired
        case .notVerified: code = .notVerified
        case .suppressed: code = .suppressed
        case .notAGrant:
            self.init(invalid: "not_a_grant", error.description, field: "purposes")
            return
        case .noCatalogue: code = .noCatalogue
        case .noScores: code = .noScores
        case .offerField(let field):
            self.init(.invalidField, error.description, field: field == "offset" ? "offset_minutes" : field)
            return
        case .cannotRepartition, .configurationOfServer: code = .cannotRepartition
        case .modelExists: code = .wrongState
        case .noSuchModel: code = .unknownModel
        case .noModel: code = .noModel
        case .cannotTrain, .cannotFit: code = .cannotTrain
        case .noSuchMatch: code = .noSuchMatch
        }
        self.init(code, error.description, limit: limit)
    }
}
