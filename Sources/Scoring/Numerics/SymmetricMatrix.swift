/// A small symmetric matrix, row by row.
package struct SymmetricMatrix: Hashable, Sendable {
    package let size: Int
    package private(set) var entries: [Double]

    package init(size: Int) {
        self.size = size
        entries = Array(repeating: 0, count: size * size)
    }

    /// - Parameter entries: `size` rows of `size` each.
    package init(size: Int, entries: [Double]) {
        precondition(entries.count == size * size, "a matrix has as many entries as places")
        self.size = size
        self.entries = entries
    }

    package subscript(row: Int, column: Int) -> Double {
        get { entries[row * size + column] }
        set { entries[row * size + column] = newValue }
    }

    /// The lower triangle L of L·Lᵀ; nil where the matrix is not clearly positive definite.
    func cholesky() -> SymmetricMatrix? {
        var lower = SymmetricMatrix(size: size)
        for row in 0..<size {
            for column in 0...row {
                var sum = self[row, column]
                for inner in 0..<column { sum -= lower[row, inner] * lower[column, inner] }
                if row == column {
                    guard sum > 1e-13 * abs(self[row, row]), sum.isFinite else { return nil }
                    lower[row, row] = sum.squareRoot()
                } else {
                    lower[row, column] = sum / lower[column, column]
                }
            }
        }
        return lower
    }

    /// The inverse of a positive definite matrix; nil where it is none.
    func inverse() -> SymmetricMatrix? {
        guard cholesky() != nil else { return nil }
        var result = SymmetricMatrix(size: size)
        for column in 0..<size {
            var unit = Array(repeating: 0.0, count: size)
            unit[column] = 1
            guard let solution = solved(unit) else { return nil }
            for row in 0..<size { result[row, column] = solution[row] }
        }
        return result
    }

    /// x where this matrix times x is `right`.
    func solved(_ right: [Double]) -> [Double]? {
        guard let lower = cholesky() else { return nil }
        var x = right
        for row in 0..<size {
            for inner in 0..<row { x[row] -= lower[row, inner] * x[inner] }
            x[row] /= lower[row, row]
        }
        for row in (0..<size).reversed() {
            for inner in row + 1..<size { x[row] -= lower[inner, row] * x[inner] }
            x[row] /= lower[row, row]
        }
        return x
    }

    /// gᵀ·M·g: the variance of a function with gradient `g` of parameters with covariance M.
    package func quadraticForm(_ gradient: [Double]) -> Double {
        var sum = 0.0
        for row in 0..<size {
            for column in 0..<size { sum += gradient[row] * self[row, column] * gradient[column] }
        }
        return sum
    }
}
