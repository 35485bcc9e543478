internal import COpenSSL
internal import Synchronization

/// Contexts of AES-256-GCM that wait for their next use, one lent at a time: none of them keeps a key.
@safe
final class CipherContexts: Sendable {
    static let shared = CipherContexts()

    /// As many as threads work at one time; more are made and freed.
    private static let kept = 64
    private let idle = Mutex<[Idle]>([])

    private init() {}

    /// A context that nobody else has.
    @safe private struct Idle: @unchecked Sendable {
        // Sound: libcrypto's contexts are bound to no thread, and this one has one owner at a time.
        let pointer: OpaquePointer
    }

    /// Lends a context to `body`; its key is replaced by zeros after. False where none can be made.
    func lend(_ body: (OpaquePointer) -> Bool) -> Bool {
        guard let context = unsafe take() else { return false }
        let result = unsafe body(context)
        unsafe giveBack(context)
        return result
    }

    private func take() -> OpaquePointer? {
        if let idle = idle.withLock({ $0.popLast() }) { return unsafe idle.pointer }
        return unsafe selvedge_gcm_new()
    }

    private func giveBack(_ context: OpaquePointer) {
        let isClean = unsafe selvedge_gcm_forget(context) == 1
        let keeps =
            isClean
            && idle.withLock { idle in
                guard idle.count < Self.kept else { return false }
                idle.append(unsafe Idle(pointer: context))
                return true
            }
        if !keeps { unsafe selvedge_gcm_free(context) }
    }
}
