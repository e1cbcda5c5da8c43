import FLMath
import SecAgg
import SecAggWire

/// A semi-honest session of the Swift library over a layout.
struct SwiftSession {
  let secure: SecureFedAvg
  let parameters: SessionParameters

  /// - Parameter parameters: those of another session, whose vectors have the same layout.
  init(parameters bytes: [UInt8], secure: SecureFedAvg) throws {
    let other = try SessionParameters(serialized: bytes)
    self.secure = secure
    parameters = try SessionParameters(
      cohortSize: other.cohortSize, threshold: other.cohortSize / 2, layout: other.layout,
      minimumContributors: other.minimumContributors,
      applicationContext: other.applicationContext)
  }

  /// The mean of these updates; the other clients drop out after they have shared their secrets.
  func mean(of updates: [(UInt32, ClientUpdate)]) throws -> WeightedMean {
    var server = ServerSession(parameters: parameters)
    var generator = SystemRandomNumberGenerator()
    let updates = Dictionary(uniqueKeysWithValues: updates)
    var clients: [ClientID: Client] = [:]
    for id in ClientID.all(cohortSize: parameters.cohortSize) {
      let session = try ClientSession(
        id: id, parameters: parameters,
        policy: ClientPolicy(applicationContext: parameters.applicationContext))
      try server.receive(session.opening, from: id)
      clients[id] = Client(session)
    }
    while true {
      if let sum = try server.closeRound() { return try secure.decode(sum) }
      for message in server.messages {
        let id = message.recipient
        guard let client = clients[id] else { continue }
        switch try client.session.handle(message) {
        case .reply(let reply): try server.receive(reply, from: id)
        case .inputNeeded:
          guard let update = updates[id.rawValue] else { continue }
          let vector = try secure.encode(update, using: &generator)
          try server.receive(client.session.mask(vector), from: id)
        case .stray(let error): throw error
        }
      }
    }
  }
}

/// A client in a dictionary.
private final class Client {
  var session: ClientSession

  init(_ session: consuming ClientSession) {
    self.session = session
  }
}
