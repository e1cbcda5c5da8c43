import Testing

@testable import FLMath

@Suite("Largest eigenvalues and distances at every magnitude")
struct SymmetricMatrixTests {
  private func product(_ matrix: [Double], _ vector: [Double]) -> [Double] {
    let size = vector.count
    return (0..<size).map { row in
      (0..<size).reduce(0) { $0 + matrix[row * size + $1] * vector[$1] }
    }
  }

  /// The largest and smallest eigenvalues are known by how the matrix is made: `Q diag(values) Q^T` with Q a
  /// product of reflections.
  private func matrix(
    _ values: [Double], using generator: inout SimulationGenerator
  ) -> [Double] {
    let size = values.count
    var columns = (0..<size).map { index in (0..<size).map { $0 == index ? 1.0 : 0 } }
    for _ in 0..<3 {
      let normal = (0..<size).map { _ in generator.standardNormal() }
      let square = VectorArithmetic.squaredNorm(normal)
      for index in columns.indices {
        let factor = 2 * VectorArithmetic.dot(columns[index], normal) / square
        for row in 0..<size { columns[index][row] -= factor * normal[row] }
      }
    }
    var elements = [Double](repeating: 0, count: size * size)
    for (value, column) in zip(values, columns) {
      for row in 0..<size {
        for other in 0..<size {
          elements[row * size + other] += value * column[row] * column[other]
        }
      }
    }
    return elements
  }

  @Test("An eigenvalue that is known, and a vector that belongs to it")
  func eigenpairs() {
    var generator = SimulationGenerator(seed: 1)
    let spectra: [[Double]] = [
      [3], [2, 1], [1, 1], [5, 0, 0], [1, 1, 1, 1], [4, 4, 1, 0], [0, 0, 0], [-1, -2, -3],
      [1, 1 - 1e-15, 1 - 1e-14, 0], [1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 0, 0],
      (0..<40).map { Double($0) }, (0..<30).map { _ in 1 } + [1 + 1e-8],
      (0..<25).map { 1 / Double($0 + 1) } + [0, 0, 0],
    ]
    for values in spectra {
      for _ in 0..<10 {
        let elements = matrix(values, using: &generator)
        let (value, vector) = SymmetricMatrix(elements, size: values.count).largestEigenpair()
        let size = max(1e-300, values.map(\.magnitude).max() ?? 0)
        #expect(abs(value - (values.max() ?? 0)) <= 1e-13 * size, "\(values)")
        #expect(abs(VectorArithmetic.squaredNorm(vector) - 1) < 1e-13)
        let residual = largestDifference(product(elements, vector), vector.map { value * $0 })
        #expect(residual <= 1e-12 * size, "\(values): \(residual)")
      }
    }
  }

  @Test("Matrices that are tridiagonal, diagonal or in blocks already")
  func special() {
    let identity = SymmetricMatrix([1, 0, 0, 0, 1, 0, 0, 0, 1], size: 3).largestEigenpair()
    #expect(identity.value == 1)
    #expect(VectorArithmetic.squaredNorm(identity.vector) == 1)
    let diagonal = SymmetricMatrix([1, 0, 0, 0, 7, 0, 0, 0, 3], size: 3).largestEigenpair()
    #expect(diagonal.value == 7)
    #expect(diagonal.vector.map(\.magnitude) == [0, 1, 0])
    let blocks = SymmetricMatrix([0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0], size: 4)
      .largestEigenpair()
    #expect(abs(blocks.value - 2) < 1e-15)
    #expect(blocks.vector[0] == 0 && blocks.vector[1] == 0)
  }

  @Test("The standard deviation along the first axis, by weights, of many columns")
  func principalAxis() {
    var generator = SimulationGenerator(seed: 2)
    for count in [1, 2, 3, 17] {
      // One direction, so that the deviation along it is that of the factors.
      let axis = (0..<300).map { _ in generator.standardNormal() }
      let length = VectorArithmetic.squaredNorm(axis).squareRoot()
      let factors = (0..<count).map { _ in generator.standardNormal() }
      let weights = (0..<count).map { _ in 0.1 + generator.uniformUnit() }
      let rows = factors.map { factor in axis.map { 100 + factor * $0 } }
      let total = weights.reduce(0, +)
      let mean = zip(weights, factors).reduce(0) { $0 + $1.0 * $1.1 } / total
      let variance =
        zip(weights, factors).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
      let found = PrincipalAxis(
        of: EuclideanDistances(of: rows), at: Array(0..<count), weights: weights)
      #expect(abs(found.deviation - variance.squareRoot() * length) <= 1e-12 * length)
      let farthest = found.distances.max() ?? 0
      let expected = factors.map { abs($0 - mean) }
      for (distance, wanted) in zip(found.distances, expected) where farthest > 0 {
        #expect(abs(distance / farthest - wanted / (expected.max() ?? 1)) < 1e-12)
      }
    }
  }

  @Test("Distances from the smallest normal number to the largest row, and beside rows far off")
  func distances() {
    for exponent in [-1022, -1000, -540, -500, -450, 0, 300, 478] {
      let unit = Double(sign: .plus, exponent: exponent, significand: 1)
      let rows = [[3 * unit, 0, unit], [0, 4 * unit, unit], [0x1p478, 0x1p478, 0]]
      let distances = EuclideanDistances(of: rows)
      #expect(distances[0, 1] == 5 * unit)
      #expect(distances[1, 0] == 5 * unit)
      #expect(EuclideanNorm.distance(rows[0], rows[1]) == 5 * unit)
      #expect(EuclideanNorm.norm([3 * unit, 4 * unit]) == 5 * unit)
      #expect(distances[0, 2].isFinite)
    }
    #expect(EuclideanNorm.norm([.leastNonzeroMagnitude, 0]) == .leastNonzeroMagnitude)
    #expect(EuclideanNorm.norm([0, 0]) == 0)
    #expect(EuclideanDistances(of: [[1, 1e-200], [1, 0]])[0, 1] == 1e-200)
  }

  @Test("Sets are drawn without repetition, and each as often")
  func samples() {
    var generator = SimulationGenerator(seed: 3)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[generator.sortedSample(2, below: 4), default: 0] += 1 }
    #expect(counts.count == 6)
    // Six standard deviations of a binomial count with p = 1/6: a false alarm below 1e-6 in all.
    for (set, count) in counts {
      #expect(set[0] < set[1])
      #expect(abs(count - 1000) < 6 * 29)
    }
    #expect(generator.sortedSample(9, below: 4) == [0, 1, 2, 3])
  }
}
