/// The additive game nearest to the values of coalitions, in the sense of weighted least squares,
/// among those in which all features together have their value.
enum AdditiveFit {
  /// The contribution of every feature.
  ///
  /// The last contribution is what the others leave of the total. The others solve the normal
  /// equations, by Cholesky decomposition. Values of any scale are brought near 1 by a power of two.
  static func contributions(
    of coalitions: [WeightedCoalitions.Coalition], values: [Double], total: Double,
    featureCount: Int
  ) throws(ExplanationError) -> [Double] {
    let all = values + [total]
    if let index = all.firstNonFiniteIndex { throw .nonFinite(index: index, found: all[index]) }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: all.map(\.magnitude).max() ?? 1)
    let fit = try scaledContributions(
      of: coalitions, values: values.map { $0 * scale }, total: total * scale,
      featureCount: featureCount)
    let contributions = fit.map { $0 / scale }
    if let index = contributions.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: contributions[index])
    }
    return contributions
  }

  private static func scaledContributions(
    of coalitions: [WeightedCoalitions.Coalition], values: [Double], total: Double,
    featureCount: Int
  ) throws(ExplanationError) -> [Double] {
    let unknowns = featureCount - 1
    var matrix = [Double](repeating: 0, count: unknowns * unknowns)
    var right = [Double](repeating: 0, count: unknowns)
    var row = [Double](repeating: 0, count: unknowns)
    for (coalition, value) in zip(coalitions, values) {
      let last = coalition.members[unknowns] ? 1.0 : 0
      for index in 0..<unknowns { row[index] = (coalition.members[index] ? 1 : 0) - last }
      let target = value - last * total
      for index in 0..<unknowns where row[index] != 0 {
        let weighted = coalition.weight * row[index]
        right[index] += weighted * target
        for column in 0...index { matrix[index * unknowns + column] += weighted * row[column] }
      }
    }
    try decompose(&matrix, unknowns)
    var solution = solve(matrix, right)
    solution.append(total - solution.reduce(0, +))
    return solution
  }

  /// Replaces the lower triangle by L with L L^T the matrix.
  private static func decompose(_ matrix: inout [Double], _ count: Int) throws(ExplanationError) {
    for row in 0..<count {
      let largest = matrix[row * count + row]
      for column in 0...row {
        var sum = matrix[row * count + column]
        for index in 0..<column {
          sum -= matrix[row * count + index] * matrix[column * count + index]
        }
        if column < row {
          matrix[row * count + column] = sum / matrix[column * count + column]
        } else {
          // What is left of the diagonal is rounding if the row depends on those before it.
          guard sum > 1e-12 * largest else { throw .underdetermined }
          matrix[row * count + row] = sum.squareRoot()
        }
      }
    }
  }

  private static func solve(_ lower: [Double], _ right: [Double]) -> [Double] {
    let count = right.count
    var solution = right
    for row in 0..<count {
      for index in 0..<row { solution[row] -= lower[row * count + index] * solution[index] }
      solution[row] /= lower[row * count + row]
    }
    for row in (0..<count).reversed() {
      for index in row + 1..<count { solution[row] -= lower[index * count + row] * solution[index] }
      solution[row] /= lower[row * count + row]
    }
    return solution
  }
}
