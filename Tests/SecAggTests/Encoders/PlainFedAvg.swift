import FLMath
import Testing

@testable import SecAgg

/// The fixed-point weighted mean computed a second time, in whole steps and without packing.
struct PlainFedAvg {
  let secure: SecureFedAvg
  private var sums: [Int]
  private(set) var totalWeight: UInt64 = 0
  private(set) var contributors = 0

  init(_ secure: SecureFedAvg) {
    self.secure = secure
    sums = [Int](repeating: 0, count: secure.parameterCount)
  }

  /// Clips, weighs and rounds an update as it stands in the comment of `SecureFedAvg`, with the
  /// roundings of `generator`.
  mutating func add(_ update: ClientUpdate, _ generator: inout SimulationGenerator) {
    var delta = update.delta
    if let normBound = secure.normBound {
      let norm = delta.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > normBound { for index in delta.indices { delta[index] *= normBound / norm } }
    }
    let levels = Double((1 << (secure.codec.bits - 1)) - 1)
    for (index, value) in delta.enumerated() {
      let clipped = min(max(value, -secure.clippingBound), secure.clippingBound)
      let weighed = clipped * (Double(update.weight) / Double(secure.maximumWeight))
      // The magnitude is rounded, and given the sign back.
      let position = abs(weighed) * (levels / secure.clippingBound)
      let below = Int(position)
      let uniform = Double(generator.next() >> 11) * 0x1p-53
      let rounded = min(uniform < position - Double(below) ? below + 1 : below, Int(levels))
      sums[index] += weighed < 0 ? -rounded : rounded
    }
    totalWeight += update.weight
    contributors += 1
  }

  /// The mean in units of the model.
  var mean: [Double] {
    let levels = Double((1 << (secure.codec.bits - 1)) - 1)
    let step = secure.clippingBound / levels
    let scale = Double(secure.maximumWeight) / Double(totalWeight)
    return sums.map { Double($0) * step * scale }
  }
}

/// Settings of different shapes for the tests of `SecureFedAvg`.
struct FedAvgShape: Sendable, CustomTestStringConvertible {
  let name: String
  let parameterCount: Int
  let clippingBound: Double
  var normBound: Double?
  let maximumWeight: UInt64
  let maximumContributors: Int
  let minimumValueBits: Int
  /// How many elements the weight takes.
  let weightElements: Int

  var testDescription: String { name }

  func secure() throws -> SecureFedAvg {
    try SecureFedAvg(
      parameterCount: parameterCount, clippingBound: clippingBound, normBound: normBound,
      maximumWeight: maximumWeight, maximumContributors: maximumContributors,
      minimumValueBits: minimumValueBits)
  }

  static let all = [
    FedAvgShape(
      name: "one parameter", parameterCount: 1, clippingBound: 1, maximumWeight: 1,
      maximumContributors: 3, minimumValueBits: 16, weightElements: 1),
    FedAvgShape(
      name: "usual", parameterCount: 33, clippingBound: 0.5, maximumWeight: 64,
      maximumContributors: 20, minimumValueBits: 16, weightElements: 1),
    // 3 contributors: lanes of 2 + 2 bits, so that 60 bits of weight take 30 elements.
    FedAvgShape(
      name: "weight in 30 pieces", parameterCount: 5, clippingBound: 2, maximumWeight: 1 << 59,
      maximumContributors: 3, minimumValueBits: 2, weightElements: 30),
    FedAvgShape(
      name: "weight in 2 pieces", parameterCount: 10, clippingBound: 0.1, normBound: 0.15,
      maximumWeight: 1000, maximumContributors: 6, minimumValueBits: 9, weightElements: 2),
    FedAvgShape(
      name: "one lane of 62 bits", parameterCount: 4, clippingBound: 1e-6,
      maximumWeight: 4_611_686_018_427_387_904, maximumContributors: 3, minimumValueBits: 62,
      weightElements: 2),
    FedAvgShape(
      name: "norm bound", parameterCount: 12, clippingBound: 1, normBound: 0.5,
      maximumWeight: 300, maximumContributors: 50, minimumValueBits: 20, weightElements: 1),
  ]
}

/// Random updates, of which some coordinates are beyond the clipping bound.
func randomUpdates(
  _ count: Int, for secure: SecureFedAvg, _ generator: inout SimulationGenerator
) -> [ClientUpdate] {
  (0..<count).map { _ in
    let delta = (0..<secure.parameterCount).map { _ in
      (Double(generator.next() >> 11) * 0x1p-52 - 1) * 1.3 * secure.clippingBound
    }
    let weight = generator.next() % secure.maximumWeight + 1
    return ClientUpdate(delta: delta, weight: weight)
  }
}
