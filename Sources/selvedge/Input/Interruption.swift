internal import Dispatch
internal import Foundation
internal import Synchronization

/// SIGINT and SIGTERM as a wish: what is begun is finished, then the program ends.
enum Interruption {
    private static let number = Atomic<Int32>(0)

    /// The signal that came; nil: none.
    static var signal: Int32? {
        let number = number.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Takes signals from now on, for as long as what it returns is kept. A second signal ends the program at once.
    static func listen() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            Foundation.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if Self.number.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }
}
