/// A round of a simulation as it went, up to what is handed to aggregation.
public struct CollectedRound<Client: FederatedClient>: Sendable {
  /// When the round began, in seconds from the start of the simulation.
  public let start: Double

  /// When it closed.
  public let end: Double

  /// Who was selected, and how.
  public let cohort: Cohort

  /// What happened, in the order of time.
  public let events: [SimulationEvent]

  /// Whether fewer clients have reported than the policy wants. There are no updates then.
  public let isGivenUp: Bool

  /// What the clients that have reported send, in ascending order of clients: to be averaged in the
  /// open or by a secure sum.
  public let updates: [(contributor: UInt32, update: ClientUpdate)]

  /// The bytes that went down to clients, in this round.
  public let bytesDown: Int

  /// The bytes of contributions that arrived, in this round.
  public let bytesUp: Int

  /// The clients as they will be once their contributions are taken in.
  let successors: [UInt32: Client]
}
