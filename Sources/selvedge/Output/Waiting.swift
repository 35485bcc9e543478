internal import Dispatch

/// For work that cannot say how far it has come: what is being done and for how many seconds, on a terminal only.
enum Waiting {
    /// Runs `body`; from the second second on, the terminal says what is waited for.
    static func during<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
        guard Console.showsProgress else { return try body() }
        let start = ContinuousClock.now
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + 2, repeating: 1)
        timer.setEventHandler {
            Console.errorPart("\r\(what), \(Int((ContinuousClock.now - start).seconds)) s\u{1b}[K")
        }
        timer.resume()
        defer {
            timer.cancel()
            if ContinuousClock.now - start >= .seconds(2) { Console.errorPart("\r\u{1b}[K") }
        }
        return try body()
    }
}
