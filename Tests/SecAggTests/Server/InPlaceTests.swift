import Testing

@testable import SecAgg

/// Taking a message must not copy what the server holds: a vector for each client, or all shares that
/// have come, would make a round's cost grow with the square of the cohort.
@Suite("Messages are taken in place")
struct InPlaceTests {
  @Test("sum and collected shares stay where they are", arguments: ThreatModel.allCases)
  private func addresses(threatModel: ThreatModel) throws {
    var session = try SimulatedSession(
      parameters: testParameters(
        threatModel: threatModel, cohortSize: 12, threshold: 7, elementCount: 1000),
      seed: 12)
    var places: [ServerStage: Set<UInt>] = [:]
    session.afterEachMessage = { server in
      places[server.stage, default: []].insert(server.state.addressOfWhatIsHeld)
    }
    _ = try session.run()
    for phase in ServerStage.phases(in: threatModel) where phase != .ended {
      // A dictionary grows with the advertisements.
      if phase == .advertiseKeys { continue }
      #expect(places[phase]?.count == 1, "\(phase): \(places[phase] ?? [])")
    }
  }
}

extension ServerSession.State {
  /// Where the largest thing is that a phase holds.
  fileprivate var addressOfWhatIsHeld: UInt {
    switch self {
    case .advertising, .ended: 0
    case .sharing(let phase): Self.address(of: phase.distributions)
    case .maskedInput(let phase): Self.address(of: phase.sum.words)
    case .consistencyCheck(let phase): Self.address(of: phase.endorsements)
    case .unmasking(let phase): Self.address(of: phase.collected)
    }
  }

  private static func address<Element>(of array: [Element]) -> UInt {
    unsafe array.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
  }
}
