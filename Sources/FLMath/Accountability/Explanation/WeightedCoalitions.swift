/// Coalitions of features, neither none nor all of them, with the weights of the Shapley kernel.
enum WeightedCoalitions {
  /// The largest number of coalitions.
  static let maximum = 1 << 24

  struct Coalition {
    /// For every feature whether it is in play.
    let members: [Bool]
    var weight: Double
  }

  /// All coalitions of the sizes that fit into `limit`, from the smallest and the largest sizes on;
  /// others are drawn by their weights, each with its complement, and share the weight of their sizes.
  ///
  /// - Parameter featureCount: at least 2.
  static func covering(
    _ featureCount: Int, limit: Int, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [Coalition] {
    // One for each unknown, in pairs.
    guard limit >= 2 * (featureCount - 1) else {
      throw .explanation(.tooFewCoalitions(minimum: 2 * (featureCount - 1), found: limit))
    }
    let all = featureCount < 60 ? (1 << featureCount) - 2 : Int.max
    let limit = min(limit, all)
    guard limit <= maximum else {
      throw .explanation(.tooManyCoalitions(maximum: maximum, found: limit))
    }
    var coalitions: [Coalition] = []
    var size = 1
    while size <= featureCount - size {
      let count = numberOfSubsets(featureCount, size)
      let isMiddle = 2 * size == featureCount
      let room = limit - coalitions.count
      guard count <= Double(isMiddle ? room : room / 2) else { break }
      let weight = weightOfSize(size, featureCount) / count
      forEachSubset(of: featureCount, size: size) { members in
        coalitions.append(Coalition(members: members, weight: weight))
        if !isMiddle {
          coalitions.append(Coalition(members: members.map { !$0 }, weight: weight))
        }
      }
      size += 1
    }
    if size <= featureCount - size {
      coalitions += draw(
        featureCount, sizes: size...(featureCount - size), count: limit - coalitions.count,
        using: &generator)
    }
    return coalitions
  }

  /// The weight of all coalitions of a size together: the kernel is (M - 1) / (C(M, s) s (M - s)).
  private static func weightOfSize(_ size: Int, _ featureCount: Int) -> Double {
    Double(featureCount - 1) / (Double(size) * Double(featureCount - size))
  }

  private static func draw(
    _ featureCount: Int, sizes: ClosedRange<Int>, count: Int,
    using generator: inout some RandomNumberGenerator
  ) -> [Coalition] {
    let weights = sizes.map { weightOfSize($0, featureCount) }
    let total = weights.reduce(0, +)
    let each = total / Double(2 * (count / 2))
    var places: [[Bool]: Int] = [:]
    var drawn: [Coalition] = []
    for _ in 0..<count / 2 {
      let size = sizes.lowerBound + position(of: generator.uniformUnit() * total, in: weights)
      var order = Array(0..<featureCount)
      generator.shuffle(&order)
      var members = [Bool](repeating: false, count: featureCount)
      for feature in order.prefix(size) { members[feature] = true }
      for coalition in [members, members.map { !$0 }] {
        if let place = places[coalition] {
          drawn[place].weight += each
        } else {
          places[coalition] = drawn.count
          drawn.append(Coalition(members: coalition, weight: each))
        }
      }
    }
    return drawn
  }

  /// Which of the weights, laid end to end, covers the point.
  private static func position(of point: Double, in weights: [Double]) -> Int {
    var end = 0.0
    for (position, weight) in weights.enumerated() {
      end += weight
      if point < end { return position }
    }
    return weights.count - 1
  }

  private static func numberOfSubsets(_ count: Int, _ size: Int) -> Double {
    var number = 1.0
    for index in 0..<size { number = number * Double(count - index) / Double(index + 1) }
    return number.rounded()
  }

  private static func forEachSubset(
    of count: Int, size: Int, _ body: ([Bool]) -> Void
  ) {
    var chosen = Array(0..<size)
    while true {
      var members = [Bool](repeating: false, count: count)
      for index in chosen { members[index] = true }
      body(members)
      // The next in lexicographic order: advance the last index that can be advanced.
      guard let last = chosen.indices.last(where: { chosen[$0] < count - size + $0 }) else {
        return
      }
      chosen[last] += 1
      for index in chosen.indices.dropFirst(last + 1) { chosen[index] = chosen[index - 1] + 1 }
    }
  }
}

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
  ) throws(FLMathError) -> [Double] {
    let all = values + [total]
    if let index = all.firstNonFiniteIndex {
      throw .explanation(.nonFinite(index: index, found: all[index]))
    }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: all.map(\.magnitude).max() ?? 1)
    let fit = try scaledContributions(
      of: coalitions, values: values.map { $0 * scale }, total: total * scale,
      featureCount: featureCount)
    let contributions = fit.map { $0 / scale }
    if let index = contributions.firstNonFiniteIndex {
      throw .explanation(.nonFinite(index: index, found: contributions[index]))
    }
    return contributions
  }

  private static func scaledContributions(
    of coalitions: [WeightedCoalitions.Coalition], values: [Double], total: Double,
    featureCount: Int
  ) throws(FLMathError) -> [Double] {
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
  private static func decompose(_ matrix: inout [Double], _ count: Int) throws(FLMathError) {
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
          guard sum > 1e-12 * largest else { throw .explanation(.underdetermined) }
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
