internal import ArgumentParser

/// Bytes on the command line: digits, and K, M or G for powers of 1,024.
struct MemoryArgument: ExpressibleByArgument {
    var bytes: Int

    init?(argument: String) {
        guard let match = argument.wholeMatch(of: /(\d{1,9})([KMGkmg]?)(?:i?[Bb])?/), let number = Int(match.1) else {
            return nil
        }
        bytes = number << (["k": 10, "m": 20, "g": 30][match.2.lowercased()] ?? 0)
    }

    var defaultValueDescription: String { bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : "\(bytes)" }
}
