/// How many bits went up to the server and down to clients, round by round.
public struct BitLedger: Sendable, Hashable, Codable {
  /// Which way bits go.
  public enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
    /// From a client to the server.
    case up
    /// From the server to a client.
    case down
  }

  /// The bits of one round.
  public struct Round: Sendable, Hashable, Codable {
    /// From clients to the server.
    public fileprivate(set) var up: UInt64 = 0
    /// From the server to clients.
    public fileprivate(set) var down: UInt64 = 0
  }

  /// The rounds in which anything was recorded, by number.
  public private(set) var rounds: [Int: Round] = [:]

  /// An empty ledger.
  public init() {}

  /// Adds a message, or so many of the same size, to a round.
  ///
  /// A sum beyond 64 bits stays at the largest; negative numbers add nothing.
  public mutating func record(
    bits: Int, messages: Int = 1, _ direction: Direction, inRound round: Int
  ) {
    let each = UInt64(clamping: bits)
    let (product, overflow) = each.multipliedReportingOverflow(by: UInt64(clamping: messages))
    let added = overflow ? .max : product
    switch direction {
    case .up: rounds[round, default: Round()].up.addClamped(added)
    case .down: rounds[round, default: Round()].down.addClamped(added)
    }
  }

  /// The bits of all rounds.
  public var total: Round {
    var total = Round()
    for round in rounds.values {
      total.up.addClamped(round.up)
      total.down.addClamped(round.down)
    }
    return total
  }
}

extension UInt64 {
  fileprivate mutating func addClamped(_ other: UInt64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}
