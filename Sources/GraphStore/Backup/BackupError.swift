/// What can be wrong with a backup or a ledger file.
package enum BackupError: Error, Hashable, Sendable {
    case notFound(path: String)
    case exists(path: String)
    /// The file is of another kind, or a later program wrote it.
    case notOfItsKind(path: String)
    /// It ends before its last piece.
    case truncated(path: String)
    /// A piece was altered, moved, or is another file's.
    case altered(path: String)
    /// The day key is overwritten: nobody can read the backup again.
    case expired(path: String)
    /// The file of day keys is not there, or does not have the backup's.
    case noKey(path: String)
    case inputOutput(path: String, problem: String)
    /// The ledger is another store's.
    case otherStore(path: String)
    /// A restore of the directory was stopped before its end.
    case unfinished(directory: String)
}

extension BackupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let path): "\(path): there is no such file; check the path"
        case .exists(let path): "\(path): a file is there already; name another"
        case .notOfItsKind(let path): "\(path): it is no backup or ledger, or a later version's; name another"
        case .truncated(let path):
            "\(path): it is cut off; nothing of it was used: copy it again, or use another backup"
        case .altered(let path): "\(path): it was altered; nothing of it was used: copy it again, or use another backup"
        case .expired(let path):
            "\(path): it has expired, and its key is overwritten: nobody can read it; use a later one"
        case .noKey(let path): "\(path): the file of backup keys that it needs is not here; give it with --backup-keys"
        case .inputOutput(let path, let problem): "\(path): \(problem)"
        case .otherStore(let path): "\(path): it is another store's; use that of the store that the backup is of"
        case .unfinished(let directory):
            "\(directory): a restore was stopped before its end, and nothing is served from it; remove the directory and "
                + "restore again"
        }
    }
}
