internal import Backfill
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Scoring
internal import SelvedgeClient

/// What the shell is told.
enum ExitStatus: Int32 {
    case done = 0
    case refusedInput = 1
    case wrongUsage = 2
    case storeTrouble = 3
}

/// Ends the run with a code; what there was to say has been said.
struct Stop: Error {
    var code: Int32

    init(_ status: ExitStatus) { code = status.rawValue }

    /// Stopped by a signal, in the way of the shells.
    init(signal: Int32) { code = 128 + signal }
}

/// Why a command did not do what it was asked to: one sentence, and the exit code that goes with it.
struct Failure: Error {
    var status: ExitStatus
    var message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// The one place where errors of the layers below become exit codes. Nil: the parser's own.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as SelvedgeError: self.init(server: error)
        case let refusal as Refusal: self.init(.refusedInput, refusal.description)
        case let error as ConfigurationError: self.init(.refusedInput, error.description)
        case EngineError.storeFull(let used, let limit):
            self.init(.storeTrouble, EngineError.storeFull(used: used, limit: limit).description)
        case let error as EngineError: self.init(.refusedInput, error.description)
        case let error as InputError: self.init(.refusedInput, error.description)
        case let error as FormError:
            self.init(.storeTrouble, "a model or a log of the store cannot be read: \(error); run `selvedge check`")
        case let error as BackfillError: self.init(Self.status(error), error.description)
        case let error as StoreError: self.init(.storeTrouble, error.description)
        case let error as LMDBError: self.init(.storeTrouble, error.description)
        case let error as BackupError: self.init(.refusedInput, error.description)
        case let error as SlotError: self.init(.storeTrouble, error.description)
        case let error as KeyError: self.init(.storeTrouble, error.description)
        case is CodecError: self.init(.storeTrouble, "a value of the store cannot be read; run `selvedge check`")
        default: return nil
        }
    }

    private static func status(_ error: BackfillError) -> ExitStatus {
        switch error {
        case .damaged, .inputOutput, .diskFull: .storeTrouble
        case .tooLittleMemory: .wrongUsage
        default: .refusedInput
        }
    }
}
