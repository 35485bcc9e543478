internal import Foundation

/// How many people and how busy they are, to come to a wanted number of observations.
struct Scale {
    var people: Int
    var activity: Double

    private static let sample = 2000
    /// Drawn beyond what is wanted, to be cut off: the estimate comes from a sample.
    private static let reserve = 1.03

    /// - Parameters:
    ///   - people: nil lets the number of observations decide.
    ///   - observations: nil leaves people as busy as the shape says.
    init(people: Int?, observations: Int?, seed: UInt64, shape: Shape) {
        self.people = people ?? 20_000
        activity = 1
        guard let observations else { return }
        let usual = Self.rate(seed: seed, shape: shape, activity: 1)
        let wanted = Double(observations) * Self.reserve
        guard let people else {
            self.people = max(1, Int((wanted / usual).rounded(.up)))
            return
        }
        // Observations grow with activity nearly as a straight line, through the records that come once.
        let double = Self.rate(seed: seed, shape: shape, activity: 2)
        let slope = max(double - usual, 0.01)
        activity = max(0.05, 1 + (wanted / Double(people) - usual) / slope)
    }

    private static func rate(seed: UInt64, shape: Shape, activity: Double) -> Double {
        let traffic = Traffic(seed: ~seed, people: sample, shape: shape, activity: activity)
        return Double(traffic.log.count) * (1 + shape.duplicated) / Double(sample)
    }
}
