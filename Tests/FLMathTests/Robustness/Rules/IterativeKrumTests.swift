import Testing

@testable import FLMath

/// The choice of Bulyan against scores that are computed anew for every choice.
@Suite("Krum again and again")
struct IterativeKrumTests {
  /// Rows with many ties, of all scales, or far apart.
  enum Shape: CaseIterable {
    case normal, rounded, equal, oneHot, line, tiny, huge, attacked, allScales

    func rows(_ count: Int, using generator: inout SimulationGenerator) -> [[Double]] {
      (0..<count).map { row in
        (0..<6).map { column in
          let value = generator.standardNormal()
          switch self {
          case .normal: return value
          case .rounded: return value.rounded()
          case .equal: return 0.1
          case .oneHot: return row % 6 == column ? 1 : 0
          case .line: return Double(row) * 0.1
          case .tiny: return value * 1e-170
          case .huge: return value * 1e200
          case .attacked: return row % 5 == 0 ? 1e8 + value.rounded() : value
          case .allScales:
            return value * Double(sign: .plus, exponent: 4 * row - 200, significand: 1)
          }
        }
      }
    }
  }

  /// The definition: every score is summed again, over sorted distances.
  private func chosen(_ count: Int, _ distances: PairwiseDistances, attackers: Int) -> [Int] {
    var left = Array(0..<distances.count)
    var chosen: [Int] = []
    while chosen.count < count {
      let scores = left.map { row in
        let others = left.filter { $0 != row }.map { distances[row, $0] }.sorted()
        return distances.sumOfSquares(Array(others.prefix(max(1, left.count - attackers - 2))))
      }
      let smallest = scores.indices.min { (scores[$0], $0) < (scores[$1], $1) } ?? 0
      chosen.append(left.remove(at: smallest))
    }
    return chosen
  }

  @Test(
    "The same vectors in the same order", arguments: Shape.allCases,
    [3, 4, 7, 11, 23, 50, 97])
  func sameChoice(shape: Shape, count: Int) {
    for seed in 1...3 as ClosedRange<UInt64> {
      var generator = SimulationGenerator(seed: seed)
      let distances = PairwiseDistances(of: shape.rows(count, using: &generator))
      for attackers in Set([0, 1, (count - 3) / 4]) {
        var krum = IterativeKrum(distances, attackers: attackers)
        let wanted = count - 2 * attackers
        #expect(
          krum.choose(wanted) == chosen(wanted, distances, attackers: attackers), "seed \(seed)")
      }
    }
  }
}
