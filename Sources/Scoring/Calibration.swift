/// How predictions of a held-out time compare with what came, by equal parts of the predictions' order.
package struct Calibration: Hashable, Sendable {
    package struct Bin: Hashable, Sendable {
        package var count: Int
        package var lowest: Double
        package var highest: Double
        package var meanPredicted: Double
        package var meanObserved: Double
        /// Of the mean observed.
        package var standardError: Double
    }

    package var bins: [Bin]
    package var count: Int
    package var totalPredicted: Double
    package var totalObserved: Double
    package var rootMeanSquareError: Double
    /// The mean over cases of the distance between a bin's two means: 0 is perfect.
    package var calibrationError: Double

    /// - Parameters:
    ///   - predicted: a number for each case.
    ///   - observed: what came, case by case; 0 or 1 where a probability was predicted.
    ///   - bins: how many parts; ten are deciles. Fewer cases make fewer bins; none is empty. Cases of equal
    ///     predictions lie in the order given.
    package init(predicted: [Double], observed: [Double], bins: Int = 10) {
        precondition(predicted.count == observed.count, "every prediction has an outcome")
        precondition(bins > 0, "there is at least one bin")
        let count = predicted.count
        let order = predicted.indices.sorted {
            predicted[$0] != predicted[$1] ? predicted[$0] < predicted[$1] : $0 < $1
        }
        self.count = count
        self.bins = []
        let parts = min(bins, max(count, 1))
        for part in 0..<parts where count > 0 {
            let cases = order[part * count / parts..<(part + 1) * count / parts]
            self.bins.append(Self.bin(cases, predicted, observed))
        }
        totalPredicted = predicted.reduce(0, +)
        totalObserved = observed.reduce(0, +)
        var squares = 0.0
        for index in predicted.indices {
            squares += (predicted[index] - observed[index]) * (predicted[index] - observed[index])
        }
        rootMeanSquareError = count > 0 ? (squares / Double(count)).squareRoot() : 0
        let distance = self.bins.reduce(0) { $0 + Double($1.count) * abs($1.meanPredicted - $1.meanObserved) }
        calibrationError = count > 0 ? distance / Double(count) : 0
    }

    private static func bin(_ cases: ArraySlice<Int>, _ predicted: [Double], _ observed: [Double]) -> Bin {
        let count = Double(cases.count)
        let mean = cases.reduce(0) { $0 + observed[$1] } / count
        let squares = cases.reduce(0) { $0 + (observed[$1] - mean) * (observed[$1] - mean) }
        let error = cases.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
        return Bin(
            count: cases.count, lowest: cases.first.map { predicted[$0] } ?? 0,
            highest: cases.last.map { predicted[$0] } ?? 0,
            meanPredicted: cases.reduce(0) { $0 + predicted[$1] } / count, meanObserved: mean, standardError: error)
    }
}
