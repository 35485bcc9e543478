internal import NIOCore

/// Keeps PING and CREDIT frames below what a server suffers: 100 in a second. What does not fit waits for the next
/// tick. CANCEL is at most one for each call, which the server allows beside these.
struct ControlBudget {
    private static let perSecond = 80
    private var second = NIODeadline.uptimeNanoseconds(0)
    private var spent = 0

    mutating func spend(at now: NIODeadline) -> Bool {
        if now - second >= .seconds(1) {
            second = now
            spent = 0
        }
        guard spent < Self.perSecond else { return false }
        spent += 1
        return true
    }
}
