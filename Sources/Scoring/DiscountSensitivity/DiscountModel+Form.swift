extension DiscountModel {
    /// The canonical form, version 1:
    ///
    ///     u8 version | number people | number bases, reals | number reaches, reals
    ///     five arms: u8 basis | real gain | number exposures, responses
    ///     reals: the shop's weight of each cell | number cohorts, each: reals
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.number(people)
        for axis in [grid.bases, grid.reaches] {
            writer.number(axis.count)
            for value in axis { writer.real(value) }
        }
        for arm in arms {
            writer.byte(arm.basis.rawValue)
            writer.real(arm.gain)
            writer.number(arm.exposures)
            writer.number(arm.responses)
        }
        for weight in shop { writer.real(weight) }
        writer.number(cohorts.count)
        for weight in cohorts.flatMap({ $0 }) { writer.real(weight) }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        let people = try reader.count("people", in: 0...Int.max)
        let bases = try Self.axis(&reader, 0...1)
        let reaches = try Self.axis(&reader, -1...1)
        var arms: [Arm] = []
        for _ in DiscountBand.allCases {
            guard let basis = ExposureBasis(rawValue: try reader.byte()) else { throw .outOfRange(field: "basis") }
            arms.append(
                Arm(
                    basis: basis, gain: try reader.real("gain", in: 0...4),
                    exposures: try reader.count("exposures", in: 0...Int.max),
                    responses: try reader.count("responses", in: 0...Int.max)))
        }
        let cells = bases.count * reaches.count
        let shop = try Self.weights(&reader, cells)
        var cohorts: [[Double]] = []
        for _ in 0..<(try reader.count("cohorts", in: 0...65_536)) { cohorts.append(try Self.weights(&reader, cells)) }
        try reader.end()
        self.init(
            grid: ResponseGrid(bases: bases, reaches: reaches), arms: arms, shop: shop, cohorts: cohorts,
            people: people)
    }

    private static func axis(_ reader: inout FormReader, _ range: ClosedRange<Double>) throws(FormError) -> [Double] {
        var axis: [Double] = []
        for _ in 0..<(try reader.count("axis", in: 1...1_000)) {
            let value = try reader.real("axis", in: range)
            if let last = axis.last, last >= value { throw .notCanonical(field: "axis") }
            axis.append(value)
        }
        return axis
    }

    private static func weights(_ reader: inout FormReader, _ cells: Int) throws(FormError) -> [Double] {
        var weights: [Double] = []
        // Every cell has some weight, or a person could be beyond all of them.
        for _ in 0..<cells { weights.append(try reader.real("weight", in: 1e-100...1)) }
        return weights
    }
}
