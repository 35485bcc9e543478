/// How deep a discount is, in bands: responses are too few to tell every percentage apart.
package enum DiscountBand: UInt8, Hashable, Sendable, CaseIterable {
    case none = 0
    /// Up to 7.5 %.
    case light = 1
    /// Up to 15 %.
    case medium = 2
    /// Up to 25 %.
    case deep = 3
    case steep = 4

    /// As it is told outside.
    package var name: String {
        switch self {
        case .none: "none"
        case .light: "light"
        case .medium: "medium"
        case .deep: "deep"
        case .steep: "steep"
        }
    }

    /// - Parameter basisPoints: hundredths of a per cent of the price.
    package init(basisPoints: Int) {
        switch basisPoints {
        case ...0: self = .none
        case ...750: self = .light
        case ...1_500: self = .medium
        case ...2_500: self = .deep
        default: self = .steep
        }
    }
}

/// How often somebody was shown what, and responded: additive, exact in any order; the parts must not overlap.
package struct ExposureCounts: Hashable, Sendable {
    package struct Cell: Hashable, Sendable {
        package var exposures: UInt32 = 0
        package var responses: UInt32 = 0

        package init(exposures: UInt32 = 0, responses: UInt32 = 0) {
            precondition(responses <= exposures, "a response answers an exposure")
            self.exposures = min(exposures, ExposureCounts.largestCount)
            self.responses = min(responses, ExposureCounts.largestCount)
        }
    }

    /// A count stays at this once it is reached, far beyond anybody: sums stop there alike in any order.
    package static let largestCount: UInt32 = 1 << 24

    /// By band, randomised ones first: five cells where chance chose, five where it did not.
    package private(set) var cells: [Cell] = Array(repeating: Cell(), count: 10)

    package init() {}

    package subscript(band: DiscountBand, randomised isRandomised: Bool) -> Cell {
        get { cells[Int(band.rawValue) + (isRandomised ? 0 : 5)] }
        set { cells[Int(band.rawValue) + (isRandomised ? 0 : 5)] = newValue }
    }

    package var isEmpty: Bool { cells.allSatisfy { $0.exposures == 0 } }

    package mutating func merge(_ other: ExposureCounts) {
        for index in cells.indices {
            cells[index].exposures = min(cells[index].exposures + other.cells[index].exposures, Self.largestCount)
            cells[index].responses = min(cells[index].responses + other.cells[index].responses, Self.largestCount)
        }
    }

    package mutating func subtract(_ other: ExposureCounts) {
        for index in cells.indices {
            let exposures = cells[index].exposures - other.cells[index].exposures
            cells[index] = Cell(exposures: exposures, responses: cells[index].responses - other.cells[index].responses)
        }
    }
}
