import Testing

@testable import FLMath

/// The loops over blocks against plain formulas, at the edges of blocks and chunks and for every number of
/// rows of a tile.
@Suite("Blocks of rows and columns")
struct RowBlocksTests {
  static let dimensions = [
    1, 3, RowBlocks.width - 1, RowBlocks.width, RowBlocks.width + 1, ColumnChunks.width - 1,
    ColumnChunks.width + 1, 2 * ColumnChunks.width + RowBlocks.width + 5,
  ]

  private static func rows(_ count: Int, dimension: Int) -> [[Double]] {
    var generator = SimulationGenerator(seed: UInt64(count * 10_000 + dimension))
    return (0..<count).map { _ in (0..<dimension).map { _ in generator.standardNormal() } }
  }

  @Test(
    "Squared distances and inner products", arguments: dimensions, [1, 2, 3, 4, 5, 6, 7, 9, 14])
  func sums(dimension: Int, count: Int) {
    let rows = Self.rows(count, dimension: dimension)
    let distances = PairwiseDistances(of: rows)
    let zero = [Double](repeating: 0, count: dimension)
    let sum = SumOfDistances(rows: rows, weights: rows.map { _ in 1 / Double(count) })
    let around = sum.surroundings(of: zero)
    let directions = PullDirections(to: Array(rows.indices), from: around, of: sum)
    for row in 0..<count {
      for other in 0..<count {
        let square = zip(rows[row], rows[other]).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        #expect(abs(distances[row, other] - square) <= 1e-13 * square)
        let product = zip(rows[row], rows[other]).reduce(0) { $0 + $1.0 * $1.1 }
        let cosine = product / (around.distances[row] * around.distances[other])
        #expect(abs(directions[row, other] - cosine) <= 1e-13)
      }
    }
  }

  @Test(
    "Rows times a power of two have their distances times it, bit for bit", arguments: dimensions)
  func scales(dimension: Int) {
    let rows = Self.rows(6, dimension: dimension)
    let plain = EuclideanDistances(of: rows)
    let norms = rows.map { EuclideanNorm.norm($0) }
    let fromFirst = EuclideanNorm.distances(of: rows, from: rows[0])
    #expect(rows.map { EuclideanNorm.distance($0, rows[0]) } == fromFirst)
    for exponent in [-900, -565, -400, 400, 565, 900] {
      let scale = Double(sign: .plus, exponent: exponent, significand: 1)
      let scaled = rows.map { $0.map { $0 * scale } }
      let distances = EuclideanDistances(of: scaled)
      for row in rows.indices {
        for other in rows.indices {
          #expect(distances[row, other] == plain[row, other] * scale)
        }
      }
      #expect(scaled.map { EuclideanNorm.norm($0) } == norms.map { $0 * scale })
      #expect(
        EuclideanNorm.distances(of: scaled, from: scaled[0]) == fromFirst.map { $0 * scale })
    }
  }

  @Test("Sorted columns", arguments: [1, 2, 3, 8, 31, 100])
  func sorting(count: Int) {
    var generator = SimulationGenerator(seed: UInt64(count))
    let extremes = [0.0, -0.0, .leastNonzeroMagnitude, -1e-170, 1e300, -1e300, 1, 1]
    for dimension in [1, 8, 63, 64] {
      let rows = (0..<count).map { _ in
        (0..<dimension).map { _ in
          Bool.random(using: &generator)
            ? extremes[Int.random(in: 0..<8, using: &generator)] : generator.standardNormal()
        }
      }
      var block = ColumnBlock(rows: count)
      block.load(rows, from: 0)
      block.sort(by: SelectionNetwork(count: count, ranks: 0..<count))
      var column = [Double](repeating: 0, count: count)
      for place in 0..<dimension {
        block.copyColumn(place, to: &column)
        #expect(column == rows.map { $0[place] }.sorted())
      }
      for place in dimension..<ColumnBlock.width {
        block.copyColumn(place, to: &column)
        #expect(column == rows.map { _ in 0 })
      }
    }
  }
}
