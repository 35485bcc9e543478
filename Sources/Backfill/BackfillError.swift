/// Why a load cannot begin or go on. The store is what it was.
package enum BackfillError: Error, Hashable, Sendable {
    /// A load was begun and not ended.
    case abandoned(directory: String)
    /// Nothing was begun.
    case nothingToResume(directory: String)
    /// What the load was begun with has changed.
    case changed(String)
    /// A file of the load is shorter than the checkpoint says, or does not hold what was written.
    case damaged(path: String, problem: String)
    case inputOutput(path: String, operation: String, message: String)
    case diskFull(path: String)
    case tooLittleMemory(given: Int, needed: Int)
    /// The identity keys are being rotated.
    case rotationUnderWay
    case tooMuch(String)
}

extension BackfillError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .abandoned(let directory):
            "\(directory) holds a load that was begun and not ended; go on with it by --resume, or throw it away by "
                + "--restart"
        case .nothingToResume(let directory):
            "\(directory) holds no load that was begun; run it without --resume"
        case .changed(let what):
            "\(what) is not what the load was begun with; put it back, or begin anew with --restart"
        case .damaged(let path, let problem):
            "\(path): \(problem); begin anew with --restart"
        case .inputOutput(let path, let operation, let message):
            "\(path): \(operation) failed: \(message)"
        case .diskFull(let path):
            "\(path): the disk is full; the store is as it was: make room, then go on with --resume"
        case .tooLittleMemory(let given, let needed):
            "--memory \(given) is too little; give at least \(needed) bytes"
        case .rotationUnderWay:
            "the store's identity keys are being rotated; end that first, with `selvedge keys rotate identity`"
        case .tooMuch(let what):
            what
        }
    }
}
