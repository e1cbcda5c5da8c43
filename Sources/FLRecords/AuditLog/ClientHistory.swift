public import SecAgg

/// What an audit log says of one client.
public struct ClientHistory: Sendable, Hashable {
  /// A client opted out, or in again.
  public struct Change: Sendable, Hashable {
    /// Whether it has opted out from here on.
    public let isOptedOut: Bool
    /// The line that says so.
    public let line: Int
    /// When it was written, in seconds since 1970 (UTC).
    public let time: Int64
    /// The round of the last sum recorded before, of whatever clients.
    public let lastRound: Int?
  }

  /// The client, by the application's id.
  public let client: UInt32
  /// The rounds in which its update is in a sum, in the order of the log; each once.
  public private(set) var rounds: [Int] = []
  /// The digest of the model that its first round started from: what is trained without the client
  /// starts from there. `nil` if it never took part.
  public private(set) var modelBeforeFirstRound: Digest?
  /// When it opted out, in, out, ...
  public private(set) var changes: [Change] = []

  private var lastRound: Int?

  init(client: UInt32) {
    self.client = client
  }

  mutating func take(_ line: AuditLine) {
    switch line.entry {
    case .released(let sum, _, _):
      lastRound = sum.round
      guard sum.contains(client) else { return }
      if modelBeforeFirstRound == nil { modelBeforeFirstRound = sum.model }
      if !rounds.contains(sum.round) { rounds.append(sum.round) }
    case .optedOut(client): change(to: true, line)
    case .optedIn(client): change(to: false, line)
    case .overlapping, .optedOut, .optedIn, .repaired: return
    }
  }

  private mutating func change(to isOptedOut: Bool, _ line: AuditLine) {
    changes.append(
      Change(isOptedOut: isOptedOut, line: line.line, time: line.time, lastRound: lastRound))
  }
}

extension ReleasedSum {
  /// Whether a client's update is in the sum.
  ///
  /// - Complexity: O(log participants).
  public func contains(_ client: UInt32) -> Bool {
    var (low, high) = (0, participants.count)
    while low < high {
      let middle = low + (high - low) / 2
      if participants[middle] < client { low = middle + 1 } else { high = middle }
    }
    return low < participants.count && participants[low] == client
  }
}
