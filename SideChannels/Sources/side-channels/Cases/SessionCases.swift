internal import FLMath
@testable internal import SecAgg

/// Whole sessions: the public calls in their order, each round put to sleep and woken again.
enum SessionCases {
  static func run(_ report: inout Report) throws {
    try run(.semiHonest, degree: nil, &report)
    try run(.malicious, degree: 4, &report)
  }

  private static func run(
    _ threatModel: ThreatModel, degree: Int?, _ report: inout Report
  ) throws {
    let cohortSize = 7
    let layout = try VectorLayout(
      elementCount: 11, lanes: LaneLayout(minimumValueBits: 16, maximumContributors: cohortSize))
    let parameters = try SessionParameters(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree, threshold: 3,
      layout: layout, minimumContributors: 3,
      applicationContext: SessionParameters.applicationContext(of: Array("check".utf8)))
    let ids = ClientID.all(cohortSize: cohortSize)
    var keys: [ClientID: IdentityPublicKey] = [:]
    for id in ids { keys[id] = try TrackedClient.identity(id).publicKey }
    let directory = try PinnedIdentities(keys)
    let clients = ids.map { TrackedClient(id: $0, parameters: parameters, directory: directory) }
    var server = ServerSession(parameters: parameters, identities: directory)

    for round in ProtocolRound.rounds(in: threatModel) {
      var messages: [ClientID: ServerMessage] = [:]
      if round != .advertiseKeys {
        for id in server.awaited { messages[id] = try server.message(for: id) }
      }
      // One leaves with its keys shared, so that shares of both kinds are revealed.
      if round == .maskedInput { messages[ids[4]] = nil }
      var answers: [ClientMessage] = []
      let isLast = round == .unmasking
      report.check(
        "\(threatModel) client, \(round)" + (isLast ? "" : ", stored and restored"),
        secret: "all it draws, its vector"
      ) {
        var bits = 0
        for client in clients where round == .advertiseKeys || messages[client.id] != nil {
          answers.append(try client.answer(messages[client.id]))
          bits += try client.sleepAndWake()
        }
        return bits
      }
      for answer in answers { try server.receive(answer, from: answer.sender) }
      if let aggregate = try server.closeRound() {
        return try check(aggregate, cohortSize: cohortSize)
      }
    }
  }

  private static func check(_ aggregate: UnmaskedAggregate, cohortSize: Int) throws {
    guard aggregate.contributors.count == cohortSize - 1, aggregate.faults.isEmpty,
      aggregate.sums.unsigned == TrackedClient.sum(of: aggregate.contributors, aggregate.layout)
    else { throw WrongSum() }
  }

  private struct WrongSum: Error {}
}
