internal import Foundation

/// What anonymous traffic shows: networks, browsers, languages, screens, places and hours.
extension FeatureEncoder {
    mutating func appendLadder(_ field: FieldID, _ kind: AttributeKind) {
        let index = attributeIndex(of: field)
        guard !values.isEmpty(index) else { return }
        let rungs: [[UInt8]] = values.withValue(index) { value in
            switch kind {
            case .network: InternetAddress(value).map(\.rungs) ?? []
            case .language: Self.languageRungs(value)
            default: UserAgentFamily.rungs(value)
            }
        }
        guard !rungs.isEmpty else { return }
        for position in 0..<3 {
            let rung = position < rungs.count ? rungs[position] : []
            payload.append(
                rung.isEmpty
                    ? 0
                    : hasher.token(prefixes[Int(field.rawValue)], .rung, [UInt8(ascii: "0") + UInt8(position)] + rung))
        }
    }

    /// The tag, then its first part.
    private static func languageRungs(_ value: Span<UInt8>) -> [[UInt8]] {
        var tag: [UInt8] = []
        for position in 0..<value.count {
            let byte = value[position]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") { break }
            if byte == UInt8(ascii: " ") { continue }
            tag.append(byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte &- 65 < 26 ? byte | 0x20 : byte)
        }
        guard let primary = tag.split(separator: UInt8(ascii: "-")).first else { return [] }
        return [tag, [], Array(primary)]
    }

    /// The longer side before the shorter: a screen may be turned.
    mutating func normaliseScreen(_ field: FieldID) {
        text.removeAll(keepingCapacity: true)
        let numbers = values.withValue(attributeIndex(of: field)) { Self.numbers($0) }
        guard numbers.count >= 2 else { return }
        let sides = "\(Int(max(numbers[0], numbers[1])))x\(Int(min(numbers[0], numbers[1])))"
        text += sides.unicodeScalars.map(\.value)
    }

    /// 56 spans of three hours; a span belongs when it has at least a quarter of the busiest one's count.
    mutating func appendHours(_ field: FieldID) {
        let index = attributeIndex(of: field)
        guard !values.isEmpty(index) else { return }
        let numbers = values.withValue(index) { Self.numbers($0) }
        var spans = Array(repeating: 0.0, count: 56)
        if numbers.count == 168 {
            for (hour, count) in numbers.enumerated() { spans[hour / 3] += max(count, 0) }
        } else {
            for hour in numbers where hour >= 0 && hour < 168 { spans[Int(hour) / 3] += 1 }
        }
        guard let most = spans.max(), most > 0 else { return }
        let start = payload.count
        for (span, count) in spans.enumerated() where count * 4 >= most {
            payload.append(hasher.token(prefixes[Int(field.rawValue)], .member, [UInt8(span)]))
        }
        _ = sortDistinct(from: start)
    }

    /// The sides of the cells of the three scales, in metres.
    static let cellMetres = [250.0, 2_500, 25_000]
    private static let metresOfDegree = 111_320.0

    /// For each scale four grids, each shifted by half a cell: two places that are less than half a cell apart north to south
    /// and west to east share a cell of at least one.
    mutating func appendCells(_ field: FieldID) {
        guard let (latitude, longitude) = place(field), abs(latitude) <= 90, abs(longitude) <= 180 else { return }
        for (scale, metres) in Self.cellMetres.enumerated() {
            for shift in 0..<4 {
                let y = (latitude * Self.metresOfDegree / metres + Double(shift & 1) / 2).rounded(.down)
                // Degrees of longitude are as long as at the middle of the band.
                let middle = (y + 0.5 - Double(shift & 1) / 2) * metres / Self.metresOfDegree
                let width = max(cos(middle * .pi / 180), 0.01)
                let x = (longitude * Self.metresOfDegree * width / metres + Double(shift >> 1) / 2).rounded(.down)
                let cell = "\(scale) \(shift) \(Int(y)) \(Int(x))"
                payload.append(hasher.token(prefixes[Int(field.rawValue)], .rung, Array(cell.utf8)))
            }
        }
    }

    /// The two coordinates: of the standard field from two attributes, of a configured one from "latitude longitude".
    private func place(_ field: FieldID) -> (Double, Double)? {
        var numbers: [Double] = []
        if field == .place {
            for (index, attribute) in schema.attributes.enumerated() where attribute.field == field {
                numbers += values.withValue(index) { Self.numbers($0).prefix(1) }
            }
        } else {
            numbers = values.withValue(attributeIndex(of: field)) { Self.numbers($0) }
        }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    /// The decimal numbers of a text, in order.
    static func numbers(_ value: Span<UInt8>) -> [Double] {
        var numbers: [Double] = []
        var word: [UInt8] = []
        for position in 0...value.count {
            let byte = position < value.count ? value[position] : 0
            if byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") {
                word.append(byte)
                continue
            }
            if let number = Double(String(decoding: word, as: UTF8.self)), number.magnitude < 1e9 {
                numbers.append(number)
            }
            word.removeAll(keepingCapacity: true)
        }
        return numbers
    }
}
