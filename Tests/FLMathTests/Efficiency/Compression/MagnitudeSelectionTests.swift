import Testing

@testable import FLMath

@Suite("Selection of a magnitude by rank")
struct MagnitudeSelectionTests {
  /// Vectors that are hard in different ways: many ties, one exponent, one significand, no normal numbers,
  /// both ends of the range, and orders that are bad for selection by pivots.
  enum Shape: CaseIterable {
    case normal, rounded, equal, zeros, subnormal, allScales, lastDigit, ascending, descending
    case organPipe, oneLarge

    func vector(_ count: Int, using generator: inout SimulationGenerator) -> [Double] {
      (0..<count).map { index in
        let sign = Bool.random(using: &generator) ? 1.0 : -1.0
        switch self {
        case .normal: return generator.standardNormal()
        case .rounded: return (2 * generator.standardNormal()).rounded()
        case .equal: return sign * 0.1
        case .zeros: return sign * 0
        case .subnormal:
          return sign * Double(bitPattern: UInt64.random(in: 0..<1 << 52, using: &generator))
        case .allScales:
          return sign
            * Double(
              sign: .plus, exponent: .random(in: -1074...990, using: &generator), significand: 1.5)
        case .lastDigit:
          return sign * Double(bitPattern: (1.0).bitPattern + UInt64(index * 7919 % count))
        case .ascending: return sign * Double(index)
        case .descending: return sign * Double(count - index)
        case .organPipe: return sign * Double(min(index, count - index))
        case .oneLarge: return index == count / 2 ? sign * 1e300 : sign * 1e-170
        }
      }
    }
  }

  @Test(
    "The same as by sorting", arguments: Shape.allCases,
    [1, 2, 511, 512, 513, 514, 2048, 5000])
  func magnitudes(shape: Shape, count: Int) {
    var generator = SimulationGenerator(seed: UInt64(count))
    let vector = shape.vector(count, using: &generator)
    let sorted = vector.map(\.magnitude).sorted()
    let ranks = Set(
      [0, 1, count / 3, count / 2, count - 2, count - 1].map { min(max($0, 0), count - 1) })
    for rank in ranks {
      #expect(MagnitudeSelection.magnitude(ofRank: rank, in: vector) == sorted[rank])
    }
  }

  @Test("The largest coordinates are those of a stable sort", arguments: Shape.allCases)
  func topCoordinates(shape: Shape) throws {
    let dimension = 3000
    var generator = SimulationGenerator(seed: 4)
    let update = shape.vector(dimension, using: &generator)
    let order = update.indices.sorted { left, right in
      let (a, b) = (update[left].magnitude, update[right].magnitude)
      return a == b ? left < right : a > b
    }
    for count in [1, 2, 30, dimension / 2, dimension - 1, dimension] {
      let top = try TopCoordinates(dimension: dimension, count: count)
      let message = try top.compress(update, using: &generator)
      let expected = order.prefix(count).sorted()
      #expect(message.indices == expected)
      #expect(message.values == expected.map { update[$0] })
    }
  }
}
