import FLMath
import SecAgg
import Testing

/// Every message of one real session of five clients, of which the last leaves before its input, so
/// that shares of both kinds are revealed.
struct SampleMessages: Sendable {
  let parameters: SessionParameters
  private(set) var fromClients: [ClientMessage] = []
  private(set) var fromServer: [ServerMessage] = []

  /// Made once; `nil` only if the session fails, which other tests are about.
  private static let shared = try? SampleMessages()

  static func all() throws -> SampleMessages {
    try #require(shared)
  }

  static let seed: UInt64 = 20_251_124

  init() throws {
    parameters = try SessionParameters(
      cohortSize: 5, threshold: 3,
      layout: VectorLayout(
        elementCount: 10, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 5)),
      minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: Array("wire".utf8)))
    var session = try SimulatedSession(parameters: parameters, seed: Self.seed)
    let leaver = try #require(ClientID(5))
    let kept = Kept()
    session.onTheWay = { message in
      kept.messages.append(message)
      return message
    }
    for round in ProtocolRound.rounds(in: .semiHonest) {
      if round != .advertiseKeys { try session.server.closeRound() }
      for id in session.server.awaited where round != .advertiseKeys {
        fromServer.append(try session.server.message(for: id))
      }
      try session.collect(round, leaving: [leaver: .beforeMaskedInput])
    }
    fromClients = kept.messages
  }

  private final class Kept {
    var messages: [ClientMessage] = []
  }

  /// A client's message of one round.
  static func fromClient(in round: ProtocolRound) throws -> ClientMessage {
    try #require(all().fromClients.first { $0.round == round })
  }

  /// The server's message that opens one round.
  static func fromServer(opening round: ProtocolRound) throws -> ServerMessage {
    try #require(all().fromServer.first { $0.opens == round })
  }

  /// The rounds that a message of the server opens.
  static let roundsOpened: [ProtocolRound] = [.shareKeys, .maskedInput, .unmasking]
}

extension ServerMessage {
  var opens: ProtocolRound {
    switch self {
    case .rosterAnnouncement: .shareKeys
    case .shareDelivery: .maskedInput
    case .contributorAnnouncement: .consistencyCheck
    case .unmaskingRequest: .unmasking
    }
  }
}
