internal import Glibc

/// A parameter above zero, as a fit found it.
package struct FittedParameter: Hashable, Sendable {
    package var name: String
    package var value: Double
    /// From the observed information; on the parameter's own scale.
    package var standardError: Double
}

/// A maximum of a likelihood over parameters above zero, with what the data say of them.
struct LogParameterFit {
    var values: [Double]
    /// Of the logarithms: the inverse of the observed information.
    var covariance: SymmetricMatrix
    var logLikelihood: Double
    var iterations: Int
    /// How many of the starts came to this maximum.
    var agreeingStarts: Int

    /// Beyond e^12 of its natural size a parameter has gone to the edge.
    static let edge = 12.0
    /// A larger standard error of a logarithm is a factor of twenty either way: the data say nothing.
    static let largestError = 3.0

    /// Searches from every start; the objective is the negative mean log-likelihood of the logarithms.
    ///
    /// - Parameters:
    ///   - weight: how many observations the mean is over.
    ///   - natural: the sizes that parameters have without units: the edge is reckoned from them.
    static func search(
        names: [String], starts: [[Double]], natural: [Double], weight: Double, iterations: Int = 200,
        _ objective: Minimiser.Function
    ) throws(FitRefusal) -> LogParameterFit {
        var best: Minimum?
        var found: [Minimum] = []
        for start in starts {
            let end = Minimiser(iterations: iterations).run(from: start.map { log($0) }, objective)
            guard end.value.isFinite else { continue }
            found.append(end)
            if let known = best, known.value <= end.value { continue }
            best = end
        }
        guard let best else { throw .notConverged(iterations: 0, gradient: .infinity) }
        for (index, value) in best.point.enumerated() where abs(value - log(natural[index])) > edge {
            throw .boundary(parameter: names[index], value: exp(value))
        }
        let steepest = best.gradient.map(abs).max() ?? 0
        guard best.hasConverged || steepest < 1e-6 * (1 + abs(best.value)) else {
            throw .notConverged(iterations: best.iterations, gradient: steepest)
        }
        var information = Minimiser.hessian(at: best.point, objective)
        for row in names.indices {
            for column in names.indices { information[row, column] *= weight }
        }
        guard let covariance = information.inverse() else {
            throw .notIdentified(parameter: weakest(information, names), logError: .infinity, limit: largestError)
        }
        for (index, name) in names.enumerated() {
            let error = covariance[index, index].squareRoot()
            guard error <= largestError else {
                throw .notIdentified(parameter: name, logError: error, limit: largestError)
            }
        }
        let agreeing = found.count { $0.value - best.value <= 1e-7 * (1 + abs(best.value)) }
        return LogParameterFit(
            values: best.point.map { exp($0) }, covariance: covariance, logLikelihood: -best.value * weight,
            iterations: best.iterations, agreeingStarts: agreeing)
    }

    private static func weakest(_ information: SymmetricMatrix, _ names: [String]) -> String {
        let index = names.indices.min { information[$0, $0] < information[$1, $1] } ?? 0
        return names[index]
    }

    func parameters(_ names: [String]) -> [FittedParameter] {
        names.indices.map {
            FittedParameter(
                name: names[$0], value: values[$0],
                standardError: values[$0] * covariance[$0, $0].squareRoot())
        }
    }
}
