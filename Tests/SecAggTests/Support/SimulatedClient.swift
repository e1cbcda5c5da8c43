import SecAgg
import Testing

/// One client of a test session.
final class SimulatedClient {
  let id: ClientID
  private let input: PackedVector
  private var session: ClientSession
  private let identity: IdentityKey?
  /// What the client learns before it masks, if anything.
  var inputContext: Digest?
  /// A dishonest dealer deals shares of other polynomials to the holders for which this is true: each pair of
  /// shares is sealed and committed to as it should be, but they do not fit together.
  var dealsOtherPolynomials: ((ClientID) -> Bool)?

  init(
    id: ClientID, parameters: SessionParameters, input: PackedVector,
    policy: ClientPolicy? = nil, identities: (any IdentityDirectory)? = TestIdentities.directory
  ) throws {
    self.id = id
    self.input = input
    let policy = policy ?? .expecting(parameters)
    switch parameters.threatModel {
    case .semiHonest:
      identity = nil
      session = try ClientSession(id: id, parameters: parameters, policy: policy)
    case .malicious:
      identity = try TestIdentities.key(of: id)
      session = try ClientSession(
        id: id, parameters: parameters, policy: policy, signedBy: TestIdentities.key(of: id),
        identities: #require(identities))
    }
  }

  var opening: ClientMessage { session.opening }

  /// The message that the client would send again.
  var message: ClientMessage? { session.message }

  var awaited: ProtocolRound? { session.awaited }

  func handle(_ message: ServerMessage) throws(ClientError) -> ClientSession.Response {
    try session.handle(message)
  }

  /// The client's answer to a message of the server. A stray message is thrown.
  func answer(
    _ message: ServerMessage, execution: Execution = Execution()
  ) throws(ClientError) -> ClientMessage {
    if case .rosterAnnouncement = message, let dealsOtherPolynomials {
      return try answer(message, dealingOtherPolynomialsTo: dealsOtherPolynomials)
    }
    switch try session.handle(message, execution: execution) {
    case .reply(let reply): return reply
    case .inputNeeded:
      return try session.mask(input, inputContext: inputContext, execution: execution)
    case .stray(let reason): throw reason
    }
  }

  private func answer(
    _ message: ServerMessage, dealingOtherPolynomialsTo isDeceived: (ClientID) -> Bool
  ) throws(ClientError) -> ClientMessage {
    let key = StorageKey()
    var other = try restored(session.stored(under: key), under: key)
    guard case .reply(.shareDistribution(let right)) = try session.handle(message),
      case .reply(.shareDistribution(let wrong)) = try other.handle(message)
    else { throw .otherRound(found: message.round, expected: session.awaited) }
    return .shareDistribution(
      right.with(
        shares: zip(right.shares, wrong.shares).map { right, wrong in
          isDeceived(right.peer) ? wrong : right
        }))
  }

  /// Stores the client and restores it, as an app that is killed between messages.
  func sleepAndWake(keepingMessage: Bool = true) throws {
    let key = StorageKey()
    session = try restored(
      session.stored(under: key, keepingMessage: keepingMessage), under: key)
  }

  private func restored(
    _ bytes: [UInt8], under key: borrowing StorageKey
  ) throws(ClientError) -> ClientSession {
    guard let identities = TestIdentities.directory else { throw .directoryNeeded }
    switch identity {
    case .none: return try ClientSession(restoring: bytes, under: key)
    case .some(let identity):
      return try ClientSession(
        restoring: bytes, under: key, signedBy: identity, identities: identities)
    }
  }
}
