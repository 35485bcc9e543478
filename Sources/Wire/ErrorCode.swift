/// The codes of `ErrorDetail`, one list for both protocols. A Refusal's reason may stand in the place of one of them, with
/// INVALID_ARGUMENT.
package enum ErrorCode: String, Hashable, Sendable, CaseIterable {
    case malformedMessage = "malformed_message"
    case protocolError = "protocol_error"
    case missingField = "missing_field"
    case unknownPurpose = "unknown_purpose"
    case unknownSource = "unknown_source"
    case batchEmpty = "batch_empty"
    case batchTooLarge = "batch_too_large"
    case frameTooLarge = "frame_too_large"
    case unknownRecord = "unknown_record"
    case noSuchAssertion = "no_such_assertion"
    case contradiction
    case componentFull = "component_full"
    case beforeClock = "before_clock"
    case afterClock = "after_clock"
    case laterEvidence = "later_evidence"
    case storeFull = "store_full"
    case feedTrimmed = "feed_trimmed"
    case feedAhead = "feed_ahead"
    case roleRequired = "role_required"
    case purposeNotPermitted = "purpose_not_permitted"
    case sourceNotPermitted = "source_not_permitted"
    case unauthenticated
    case credentialsExpired = "credentials_expired"
    case tooManyStreams = "too_many_streams"
    case tooManyConnections = "too_many_connections"
    case tooManyControlFrames = "too_many_control_frames"
    case writerBusy = "writer_busy"
    case readerBusy = "reader_busy"
    case genericBudget = "generic_budget"
    case draining
    case storeFailed = "store_failed"
    case idle
    case deadlineExceeded = "deadline_exceeded"
    case cancelled
    case unknownMethod = "unknown_method"
    case unsupportedVersion = "unsupported_version"
    case unknownErasure = "unknown_erasure"
    case unknownSubject = "unknown_subject"
    case wrongState = "wrong_state"
    case otherRequest = "other_request"
    case ownRequest = "own_request"
    case approvalExpired = "approval_expired"
    case notVerified = "not_verified"
    case suppressed
    case invalidField = "invalid_field"
    case invalidCatalogue = "invalid_catalogue"
    case noCatalogue = "no_catalogue"
    case noScores = "no_scores"
    case noModel = "no_model"
    case unknownModel = "unknown_model"
    case cannotTrain = "cannot_train"
    case noSuchMatch = "no_such_match"
    case cannotRepartition = "cannot_repartition"
    case damaged
    case `internal`

    package var status: Status {
        switch self {
        case .malformedMessage, .protocolError, .missingField, .unknownPurpose, .unknownSource, .batchEmpty,
            .batchTooLarge, .frameTooLarge, .invalidField, .invalidCatalogue:
            .invalidArgument
        case .unknownRecord, .noSuchAssertion, .unknownErasure, .unknownSubject, .unknownModel, .noSuchMatch: .notFound
        case .contradiction, .componentFull, .beforeClock, .afterClock, .laterEvidence, .storeFull, .wrongState,
            .otherRequest, .approvalExpired, .notVerified, .suppressed, .noCatalogue, .noScores, .noModel,
            .cannotTrain, .cannotRepartition:
            .failedPrecondition
        case .feedTrimmed, .feedAhead: .outOfRange
        case .roleRequired, .purposeNotPermitted, .sourceNotPermitted, .ownRequest: .permissionDenied
        case .unauthenticated, .credentialsExpired: .unauthenticated
        case .tooManyStreams, .tooManyConnections, .tooManyControlFrames, .writerBusy, .readerBusy, .genericBudget:
            .resourceExhausted
        case .draining, .storeFailed, .idle: .unavailable
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .unknownMethod, .unsupportedVersion: .unimplemented
        case .damaged: .dataLoss
        case .internal: .internal
        }
    }
}
