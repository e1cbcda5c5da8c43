/// Who contributed to which round. Secure aggregation reveals this, and nothing else is needed to
/// train again without somebody.
public struct ParticipationHistory: Sendable, Hashable, Codable {
  /// The contributors of every round from round 0 on, in ascending order.
  public let rounds: [[UInt32]]

  /// Takes the contributors of every round, in any order.
  ///
  /// - Throws: ``ErasureError/duplicateClient(_:round:)``.
  public init(rounds: [[UInt32]]) throws(ErasureError) {
    var sorted: [[UInt32]] = []
    sorted.reserveCapacity(rounds.count)
    for (round, clients) in rounds.enumerated() {
      let clients = clients.sorted()
      for index in clients.indices.dropFirst() where clients[index] == clients[index - 1] {
        throw .duplicateClient(clients[index], round: round)
      }
      sorted.append(clients)
    }
    self.rounds = sorted
  }

  /// The first round that a client contributed to, from 0; `nil` if it never did.
  public func firstRound(of client: UInt32) -> Int? {
    rounds.firstIndex { $0.contains(client) }
  }

  /// Reads a history and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``ErasureError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let rounds = try decoder.singleValueContainer().decode([[UInt32]].self)
    do {
      try self.init(rounds: rounds)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }

  /// Writes the contributors of every round.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rounds)
  }
}
