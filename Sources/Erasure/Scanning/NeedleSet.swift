/// Needles made ready for a search: which windows of eight bytes occur in any form of any of them.
///
/// A file is looked at every `step` bytes. As each pattern has entered the windows that begin at `step` places of it, one
/// after the other, any occurrence of it holds exactly one window at a place that is looked at. The first test of a window is
/// a bit in a filter that fits a processor's cache; one window in fifty passes it and is looked up; what is found there is
/// compared whole. Memory is 16 to 32 bytes a window and a filter of 32 MiB at most, whatever the files' size.
package final class NeedleSet: Sendable {
    package let needles: [Needle]
    /// Bytes between two places that are looked at, 1 to 8: fewer where there are many needles or short ones.
    package let step: Int
    /// Patterns: every form of every needle.
    package let patterns: Int
    /// Bytes of the longest pattern.
    package let longest: Int

    let filter: WindowFilter
    let table: WindowTable

    static let window = 8
    /// More would not fit an entry of the table.
    package static let limit = 10_000_000

    /// - Parameter memory: bytes that the windows' table may take, where it can be had: one window of each pattern is entered
    ///   whatever it takes.
    /// - Throws: where there are more needles than a search can hold.
    package init(_ needles: [Needle], memory: Int = 256 << 20) throws(ScanError) {
        guard needles.count <= Self.limit else { throw .tooManyNeedles(limit: Self.limit) }
        self.needles = needles
        var (patterns, shortest, longest) = (0, Int.max, Self.window)
        for needle in needles {
            for form in NeedleForm.allCases {
                guard let pattern = needle.pattern(form) else { continue }
                patterns += 1
                shortest = min(shortest, pattern.count)
                longest = max(longest, pattern.count)
            }
        }
        self.patterns = patterns
        self.longest = longest
        var step = min(8, max(1, shortest == .max ? 8 : shortest - Self.window + 1))
        while step > 1, WindowTable.byteCount(windows: patterns * step) > memory { step /= 2 }
        self.step = step
        let filter = WindowFilter(windows: patterns * step)
        let table = WindowTable(windows: patterns * step)
        for (number, needle) in needles.enumerated() {
            for form in NeedleForm.allCases {
                guard let pattern = needle.pattern(form) else { continue }
                let first = Self.firstWindow(of: pattern.count, step)
                for place in 0..<step {
                    let window = Self.window(pattern, first + place)
                    filter.insert(window)
                    table.insert(window, WindowTable.Entry(needle: number, form: form, place: place))
                }
            }
        }
        self.filter = filter
        self.table = table
    }

    /// The last windows of a pattern are entered: needles that begin alike end otherwise.
    static func firstWindow(of count: Int, _ step: Int) -> Int { count - window - step + 1 }

    private static func window(_ pattern: [UInt8], _ start: Int) -> UInt64 {
        (0..<window).reduce(0) { $0 | UInt64(pattern[start + $1]) << UInt64(8 * $1) }
    }
}

/// Why a scan cannot be made, or is not whole. Names files, never what is looked for.
package enum ScanError: Error, Hashable, Sendable {
    case tooManyNeedles(limit: Int)
    case inputOutput(path: String, operation: String, code: Int32)
    /// The scanner did not see what was planted for it: nothing that it says can be believed.
    case blind(seen: Int, planted: Int)
    /// The scratch store for the canaries cannot be made.
    case scratch(String)
}

extension ScanError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooManyNeedles(let limit): "a search holds at most \(limit) needles; search for fewer at a time"
        case .inputOutput(let path, let operation, let code):
            "\(path): \(operation) failed (error \(code)); the scan is not whole: run it as a user who may read every file"
        case .blind(let seen, let planted):
            "the scanner saw \(seen) of \(planted) canaries: it does not work on this machine; nothing was scanned"
        case .scratch(let problem): "the scratch store for the canaries cannot be made: \(problem)"
        }
    }
}
