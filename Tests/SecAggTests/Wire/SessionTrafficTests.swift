import FLMath
import SecAgg
import SecAggWire
import Testing

@Suite("Wire: traffic of a session")
struct SessionTrafficTests {
  /// What the last client of a session sends and receives, by serialising its messages.
  private func traffic(
    of parameters: SessionParameters
  ) throws -> (up: Int, down: Int, messages: Int) {
    let observed = try #require(ClientID(UInt32(parameters.cohortSize)))
    var session = try SimulatedSession(parameters: parameters, seed: 1)
    let kept = Kept()
    session.onTheWay = { message in
      if message.sender == observed { kept.messages.append(message) }
      return message
    }
    var down: [Int] = []
    for round in ProtocolRound.rounds(in: parameters.threatModel) {
      if round != .advertiseKeys {
        try session.server.closeRound()
        down.append(try session.server.message(for: observed).serialized().count)
      }
      try session.collect(round, leaving: [:])
    }
    let up = try kept.messages.map { try $0.serialized().count }
    return (up.reduce(0, +), down.reduce(0, +), up.count + down.count)
  }

  private final class Kept {
    var messages: [ClientMessage] = []
  }

  @Test(
    "the formula gives the bytes of the messages themselves",
    arguments: [
      (ThreatModel.semiHonest, 5, 4, 10), (.semiHonest, 20, 6, 1), (.semiHonest, 20, 19, 1000),
      (.semiHonest, 127, 8, 5_000), (.malicious, 5, 4, 10), (.malicious, 20, 19, 1000),
      (.malicious, 32, 6, 10),
    ])
  func bytes(
    threatModel: ThreatModel, cohortSize: Int, degree: Int, elementCount: Int
  ) throws {
    let parameters = try SessionParameters(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree,
      threshold: degree / 2 + 1,
      layout: VectorLayout(
        elementCount: elementCount,
        lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: cohortSize)),
      minimumContributors: 2, applicationContext: SessionParameters.applicationContext(of: []))
    let found = try traffic(of: parameters)
    let computed = SessionTraffic(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree,
      threshold: degree / 2 + 1,
      wordCount: parameters.layout.wordCount)
    #expect(computed.bytesUp == found.up)
    #expect(computed.bytesDown == found.down)
    #expect(computed.messagesUp + computed.messagesDown == found.messages)
  }

  @Test("leaves that stand higher in the tree have shorter proofs: an upper bound")
  func proofs() throws {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: 100, degree: 12, threshold: 7)
    let found = try traffic(of: parameters)
    let computed = SessionTraffic(
      threatModel: .malicious, cohortSize: 100, degree: 12, threshold: 7,
      wordCount: parameters.layout.wordCount)
    #expect(computed.bytesUp == found.up)
    // 13 proofs of 7 levels; the last 4 of the 100 leaves stand 4 levels higher.
    #expect((found.down...found.down + 5 * 4 * 32).contains(computed.bytesDown))
  }

  @Test("longer ids of larger cohorts count: an upper bound that is nearly reached")
  func longIDs() throws {
    let parameters = try SessionParameters(
      cohortSize: 200, degree: 12, threshold: 3,
      layout: VectorLayout(
        elementCount: 10, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 200)),
      minimumContributors: 2, applicationContext: SessionParameters.applicationContext(of: []))
    let found = try traffic(of: parameters)
    let computed = SessionTraffic(
      threatModel: .semiHonest, cohortSize: 200, degree: 12, threshold: 3,
      wordCount: parameters.layout.wordCount)
    #expect((found.up...found.up + 2 * 12).contains(computed.bytesUp))
    #expect((found.down...found.down + 3 * 13).contains(computed.bytesDown))
  }

  @Test(
    "the formula that is stated is the one that is computed",
    arguments: [(100, 12, 50, 1), (1_000, 30, 100_000, 2), (1_000_000, 600, 3, 3)])
  func stated(cohortSize: Int, degree: Int, wordCount: Int, idBytes: Int) {
    let traffic = SessionTraffic(
      threatModel: .semiHonest, cohortSize: cohortSize, degree: degree, threshold: 2,
      wordCount: wordCount)
    let restUp = traffic.bytesUp - 8 * wordCount - degree * (206 + 2 * idBytes)
    let restDown = traffic.bytesDown - degree * (232 + 3 * idBytes)
    #expect((1..<500).contains(restUp))
    #expect((1..<500).contains(restDown))
  }
}
