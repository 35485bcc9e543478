internal import Glibc

/// Where a search ended.
struct Minimum {
    var point: [Double]
    var value: Double
    var gradient: [Double]
    var iterations: Int
    /// Whether the gradient vanished to the tolerance asked for.
    var hasConverged: Bool
}

/// Finds a minimum of a smooth function of few variables (up to about ten) with its gradient: BFGS with a line search
/// by Armijo's rule, then Newton's method on differences of the gradient (Nocedal and Wright, Numerical Optimization, 6).
struct Minimiser {
    /// The value at a point, and the gradient into the second argument; +infinity refuses a point.
    typealias Function = (_ point: [Double], _ gradient: inout [Double]) -> Double

    var iterations = 200
    /// The largest entry of the gradient at which the search ends, relative to 1 + |value|.
    var tolerance = 1e-8

    func run(from start: [Double], _ function: Function) -> Minimum {
        let size = start.count
        var at = Minimum(
            point: start, value: 0, gradient: Array(repeating: 0, count: size), iterations: 0, hasConverged: false)
        at.value = function(at.point, &at.gradient)
        guard at.value.isFinite else { return at }
        var inverse = Self.identity(size, scale: 1)
        while at.iterations < iterations {
            if isFlat(at) { break }
            at.iterations += 1
            var direction = Self.times(inverse, at.gradient).map { -$0 }
            if Self.dot(direction, at.gradient) >= 0 {
                inverse = Self.identity(size, scale: 1)
                direction = at.gradient.map { -$0 }
            }
            guard let next = lineSearch(at, direction, function) else { break }
            Self.update(&inverse, from: at, to: next, isFirst: at.iterations == 1)
            let gain = at.value - next.value
            at.point = next.point
            at.value = next.value
            at.gradient = next.gradient
            if gain < 1e-15 * (1 + abs(at.value)) { break }
        }
        polish(&at, function)
        at.hasConverged = isFlat(at)
        return at
    }

    private func isFlat(_ at: Minimum) -> Bool {
        at.gradient.allSatisfy { abs($0) <= tolerance * (1 + abs(at.value)) }
    }

    /// A step along a direction that lowers the value enough; nil where none does.
    private func lineSearch(_ at: Minimum, _ direction: [Double], _ function: Function) -> Minimum? {
        let slope = Self.dot(direction, at.gradient)
        // No step moves a logarithm by more than 2 at once.
        let longest = direction.map(abs).max() ?? 0
        var step = min(1, 2 / max(longest, 1e-300))
        var next = at
        for _ in 0..<60 {
            for index in at.point.indices { next.point[index] = at.point[index] + step * direction[index] }
            next.value = function(next.point, &next.gradient)
            if next.value.isFinite, next.value <= at.value + 1e-4 * step * slope { return next }
            // The minimum of the parabola through what is known, kept between a tenth and a half.
            let fall = 2 * (next.value - at.value - step * slope)
            let parabola = next.value.isFinite && fall > 0 ? -slope * step / fall : 0.1
            step *= min(max(parabola, 0.1), 0.5)
        }
        return nil
    }

    private static func update(_ inverse: inout [[Double]], from: Minimum, to: Minimum, isFirst: Bool) {
        let size = from.point.count
        let step = zip(to.point, from.point).map { $0 - $1 }
        let change = zip(to.gradient, from.gradient).map { $0 - $1 }
        let product = dot(step, change)
        guard product > 1e-12 * sqrt(dot(step, step) * dot(change, change)), product > 0 else { return }
        if isFirst { inverse = identity(size, scale: product / dot(change, change)) }
        let moved = times(inverse, change)
        let factor = 1 + dot(change, moved) / product
        for row in 0..<size {
            for column in 0..<size {
                inverse[row][column] +=
                    (factor * step[row] * step[column] - moved[row] * step[column] - step[row] * moved[column])
                    / product
            }
        }
    }

    /// A few steps of Newton's method: BFGS ends where the value no longer changes, its gradient not yet zero.
    private func polish(_ at: inout Minimum, _ function: Function) {
        for _ in 0..<4 {
            if at.gradient.allSatisfy({ abs($0) <= 1e-12 * (1 + abs(at.value)) }) { return }
            guard let step = Self.hessian(at: at.point, function).solved(at.gradient) else { return }
            guard step.allSatisfy({ abs($0) < 1 }) else { return }
            var next = at
            for index in step.indices { next.point[index] -= step[index] }
            next.value = function(next.point, &next.gradient)
            guard Self.dot(next.gradient, next.gradient) < Self.dot(at.gradient, at.gradient) else { return }
            at = next
        }
    }

    /// The matrix of second derivatives, by central differences of the gradient.
    static func hessian(at point: [Double], _ function: Function) -> SymmetricMatrix {
        let size = point.count
        var matrix = SymmetricMatrix(size: size)
        var above = Array(repeating: 0.0, count: size)
        var below = above
        for column in 0..<size {
            let width = 1e-4
            var moved = point
            moved[column] += width
            _ = function(moved, &above)
            moved[column] = point[column] - width
            _ = function(moved, &below)
            for row in 0..<size { matrix[row, column] = (above[row] - below[row]) / (2 * width) }
        }
        for row in 0..<size {
            for column in 0..<row {
                let mean = (matrix[row, column] + matrix[column, row]) / 2
                matrix[row, column] = mean
                matrix[column, row] = mean
            }
        }
        return matrix
    }

    private static func identity(_ size: Int, scale: Double) -> [[Double]] {
        (0..<size).map { row in (0..<size).map { $0 == row ? scale : 0 } }
    }

    private static func dot(_ left: [Double], _ right: [Double]) -> Double {
        var sum = 0.0
        for index in left.indices { sum += left[index] * right[index] }
        return sum
    }

    private static func times(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { dot($0, vector) }
    }
}
