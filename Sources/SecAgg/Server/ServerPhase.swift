/// Where a server stands in its session.
public enum ServerPhase: UInt8, Sendable, Hashable, CaseIterable {
  /// Collects key advertisements.
  case advertiseKeys = 0
  /// Collects sealed shares.
  case shareKeys = 1
  /// Adds up masked inputs.
  case maskedInput = 2
  /// Collects signatures of the set of contributors; in the malicious model only.
  case consistencyCheck = 3
  /// Collects the shares that take the masks off.
  case unmasking = 4
  /// The aggregate was released, or the sum was found inconsistent. Nothing is left to do.
  case ended = 5
}

extension ServerPhase: CustomStringConvertible {
  /// The name of the round, or `ended`.
  public var description: String {
    ProtocolRound(rawValue: rawValue).map(String.init(describing:)) ?? "ended"
  }
}
