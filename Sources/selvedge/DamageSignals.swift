internal import Foundation

/// What LMDB does to a process when the pages of a damaged file lead astray: an exit code and a sentence in its place.
///
/// The handlers only write and exit, which is all that a signal handler may do. The writer's lock stays marked, so the
/// next writer checks the store first.
enum DamageSignals {
    /// Reads outside of the file or of memory.
    static func listen() { install([SIGBUS, SIGSEGV]) }

    /// For `check`, which reads what nothing has vouched for: traps too.
    static func listenForTraps() { install([SIGILL, SIGTRAP, SIGABRT, SIGFPE]) }

    private static func install(_ signals: [Int32]) {
        for number in signals {
            // Sound: the handler calls write and _exit only, with a static string.
            signal(number) { _ in
                let text: StaticString = "selvedge: the store's pages lead nowhere: it is damaged; restore a backup\n"
                _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                _exit(3)
            }
        }
    }
}
