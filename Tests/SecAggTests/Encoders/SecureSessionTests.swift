import FLMath
import Testing

@testable import SecAgg

/// FedAvg through whole sessions equals the plaintext FedAvg of the same contributors.
@Suite("Secure FedAvg in a session")
struct SecureSessionTests {
  private func parameters(
    _ secure: SecureFedAvg, cohortSize: Int, threshold: Int
  ) throws -> SessionParameters {
    try SessionParameters(
      cohortSize: cohortSize, threshold: threshold, layout: secure.layout, minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: []))
  }

  @Test("with dropouts, bit for bit", arguments: UInt64(0)..<25)
  func dropouts(seed: UInt64) throws {
    let secure = try SecureFedAvg(
      parameterCount: 17, clippingBound: 0.5, maximumWeight: 5000, maximumContributors: 9,
      minimumValueBits: 9 + Int(seed))
    var generator = SimulationGenerator(seed: seed)
    let updates = randomUpdates(9, for: secure, &generator)
    var inputs: [ClientID: PackedVector] = [:]
    var leaving: [ClientID: LeavingPoint] = [:]
    for (id, update) in zip(ClientID.all(cohortSize: 9), updates) {
      // Each client has roundings of its own, so that any contributors can be recomputed.
      var roundings = SimulationGenerator(seed: 1000 * seed + UInt64(id.rawValue))
      inputs[id] = try secure.encode(update, using: &roundings)
    }
    // One client leaves before each round, so that 4 of the 5 others with 6 contributors answer.
    let leavers = ClientID.all(cohortSize: 9).shuffled(using: &generator)
    for (id, point) in zip(leavers, LeavingPoint.allCases) { leaving[id] = point }
    var session = try SimulatedSession(
      parameters: parameters(secure, cohortSize: 9, threshold: 4), inputs: inputs)
    let aggregate = try session.run(leaving: leaving)
    #expect(aggregate.contributors.count == 6, "seed \(seed)")

    let mean = try secure.decode(aggregate)
    let unmasked = try secure.decode(
      sums: session.plaintextSum(of: aggregate.contributors), contributors: aggregate.contributors)
    var plain = PlainFedAvg(secure)
    for id in aggregate.contributors {
      var roundings = SimulationGenerator(seed: 1000 * seed + UInt64(id.rawValue))
      plain.add(updates[Int(id.rawValue) - 1], &roundings)
    }
    #expect(mean == unmasked, "seed \(seed)")
    #expect(mean.mean.map(\.bitPattern) == plain.mean.map(\.bitPattern), "seed \(seed)")
    #expect(mean.totalWeight == plain.totalWeight, "seed \(seed)")
    #expect(mean.contributors == aggregate.contributors.map(\.rawValue))
  }

  @Test("an aggregate of another layout is not decoded")
  func layoutMismatch() throws {
    let secure = try SecureFedAvg(
      parameterCount: 6, clippingBound: 1, maximumWeight: 10, maximumContributors: 4)
    var session = try SimulatedSession(
      parameters: parameters(secure, cohortSize: 4, threshold: 2), seed: 1)
    let aggregate = try session.run()
    for other in [
      try SecureFedAvg(
        parameterCount: 5, clippingBound: 1, maximumWeight: 10, maximumContributors: 4),
      try SecureFedAvg(
        parameterCount: 6, clippingBound: 1, maximumWeight: 10, maximumContributors: 3),
      try SecureFedAvg(
        parameterCount: 6, clippingBound: 1, maximumWeight: 10, maximumContributors: 4,
        minimumValueBits: 30),
    ] {
      #expect(throws: SecureFedAvgError.layoutMismatch) { try other.decode(aggregate) }
    }
  }

  @Test("a contributor whose weight is a lie is noticed in the sum")
  func lyingClient() throws {
    let secure = try SecureFedAvg(
      parameterCount: 6, clippingBound: 1, maximumWeight: 10, maximumContributors: 4)
    var inputs: [ClientID: PackedVector] = [:]
    for id in ClientID.all(cohortSize: 4) {
      let weight: UInt64 = id.rawValue == 3 ? 1000 : 10
      let elements = [UInt64](repeating: secure.codec.levels, count: 6) + [weight]
      inputs[id] = try PackedVector(elements, layout: secure.layout)
    }
    var session = try SimulatedSession(
      parameters: parameters(secure, cohortSize: 4, threshold: 2), inputs: inputs)
    let aggregate = try session.run()
    #expect(throws: SecureFedAvgError.totalWeight(maximum: 40)) { try secure.decode(aggregate) }
  }
}
