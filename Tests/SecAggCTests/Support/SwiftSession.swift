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

  /// The mean of these updates; the other clients leave after they have shared their secrets.
  func mean(of updates: [(UInt32, ClientUpdate)]) throws -> WeightedMean {
    var server = AggregationServer(parameters: parameters)
    var generator = SystemRandomNumberGenerator()
    var states: [ClientID: SuspendedState] = [:]
    for id in ClientID.all(cohortSize: parameters.cohortSize) {
      let round = try AdvertiseKeysRound(
        id: id, parameters: parameters,
        policy: ClientPolicy(applicationContext: parameters.applicationContext))
      try server.receive(.keyAdvertisement(round.message), from: id)
      states[id] = SuspendedState(round.suspend())
    }
    for id in try server.closeRound() {
      guard case .rosterAnnouncement(let roster) = try server.message(for: id),
        let state = states[id]
      else { continue }
      let round = try AdvertiseKeysRound(resuming: state.bytes).shareKeys(with: roster)
      try server.receive(.shareDistribution(round.message), from: id)
      states[id] = SuspendedState(round.suspend())
    }
    try server.closeRound()
    for (number, update) in updates {
      guard let id = ClientID(number), let state = states[id],
        case .shareDelivery(let delivery) = try server.message(for: id)
      else { continue }
      let vector = try secure.encode(update, using: &generator)
      let round = try ShareKeysRound(resuming: state.bytes).maskInput(vector, delivery: delivery)
      try server.receive(.maskedInput(round.message), from: id)
      states[id] = SuspendedState(round.suspend())
    }
    for id in try server.closeRound() {
      guard case .unmaskingRequest(let request) = try server.message(for: id),
        let state = states[id]
      else { continue }
      let response = try MaskedInputRound(resuming: state.bytes).unmask(request)
      try server.receive(.unmaskingResponse(response), from: id)
    }
    return try secure.decode(server.unmask())
  }
}

/// A client between two rounds.
private final class SuspendedState {
  let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) {
    self.bytes = bytes
  }
}
