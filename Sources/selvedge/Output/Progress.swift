internal import Foundation

/// One line on the terminal that says how far long work has come; silent where standard error is no terminal.
struct Progress {
    private let what: String
    private let total: Int?
    private let isShown = Console.showsProgress
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now

    /// - Parameter total: how far `done` will go; nil: unknown.
    init(_ what: String, total: Int?) {
        self.what = what
        self.total = total
    }

    var seconds: Double { (ContinuousClock.now - start).seconds }

    /// At most five times a second.
    mutating func show(_ items: Int, done: Int = 0) {
        guard isShown, ContinuousClock.now - shown > .milliseconds(200) else { return }
        shown = ContinuousClock.now
        let share = total.map { $0 == 0 ? "" : ", \(min(100, done * 100 / $0)) %" } ?? ""
        Console.errorPart("\r\(items) \(what)\(share), \(Int(Double(items) / max(seconds, 0.001))) a second\u{1b}[K")
    }

    func clear() {
        if isShown { Console.errorPart("\r\u{1b}[K") }
    }
}

extension Duration {
    var seconds: Double {
        let parts = components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
}

/// A share with three decimals, or `-` where there is none.
func decimal(_ value: Double?) -> String {
    guard let value else { return "-" }
    return String(format: "%.4f", value)
}
