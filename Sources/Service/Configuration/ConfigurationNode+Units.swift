internal import Identity

extension ConfigurationNode {
    /// A time with its unit: `500ms`, `5s`, `10m`, `24h`.
    func duration(in range: ClosedRange<Duration>) throws(ConfigurationError) -> Duration {
        let text = try text()
        let units: [(String, Int)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
        for (unit, milliseconds) in units where text.hasSuffix(unit) {
            guard let number = Int(text.dropLast(unit.count)), number >= 0, number <= 1_000_000_000 else { continue }
            let time = Duration.milliseconds(number * milliseconds)
            if range.contains(time) { return time }
            break
        }
        throw error(
            "\"\(text)\" is not a time of \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)): a whole "
                + "number with ms, s, m or h, such as \(Self.text(min(max(.seconds(30), range.lowerBound), range.upperBound)))"
        )
    }

    /// A number of bytes, alone or with `KiB` or `MiB`.
    func bytes(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        let text = try text()
        let units: [(String, Int)] = [("KiB", 1_024), ("MiB", 1_048_576), ("", 1)]
        for (unit, size) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count).filter { $0 != "_" && $0 != " " }
            guard let number = Int(digits), (0...range.upperBound).contains(number) else { break }
            if range.contains(number * size) { return number * size }
            break
        }
        throw error(
            "\"\(text)\" is not a number of bytes in \(range.lowerBound)...\(range.upperBound), such as 4 MiB")
    }

    /// As a file writes it, in the largest unit that leaves a whole number.
    static func text(_ time: Duration) -> String {
        let milliseconds = time.nanoseconds / 1_000_000
        for (unit, size) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1_000)] where milliseconds >= size {
            if milliseconds % size == 0 { return "\(milliseconds / size)\(unit)" }
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
