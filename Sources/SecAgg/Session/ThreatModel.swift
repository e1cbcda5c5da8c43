/// What the protocol assumes of the server. Part of the session digest.
///
/// Every client of a session runs the same model; a client's policy can demand one.
public enum ThreatModel: UInt8, Sendable, Hashable, CaseIterable {
  /// Everyone follows the rules and may try to learn from what they see
  /// (Bonawitz et al. 2017, section 6.1; Bell et al. 2020, section 3).
  case semiHonest = 1
  /// The server, and clients that it controls, may break every rule: keys are signed, the graph
  /// follows from a commitment to the roster that every client checks, and shares are revealed
  /// only for a set of contributors that enough of the session's endorsers have signed
  /// (Bonawitz et al. 2017, section 6.2; Bell et al. 2020, section 4).
  case malicious = 2
}

/// The rounds of the protocol, numbered as in Bonawitz et al. 2017, figure 4.
public enum ProtocolRound: UInt8, Sendable, Hashable, CaseIterable {
  /// Clients advertise public keys.
  case advertiseKeys = 0
  /// Clients share their secrets among their neighbours.
  case shareKeys = 1
  /// Clients send their masked inputs.
  case maskedInput = 2
  /// Contributors sign the set of contributors; in the malicious model only.
  case consistencyCheck = 3
  /// Contributors reveal the shares that take the masks off the sum.
  case unmasking = 4
}

extension ProtocolRound {
  /// The rounds of a threat model, in order.
  public static func rounds(in threatModel: ThreatModel) -> [ProtocolRound] {
    switch threatModel {
    case .semiHonest: [.advertiseKeys, .shareKeys, .maskedInput, .unmasking]
    case .malicious: allCases
    }
  }
}

extension ProtocolRound: CustomStringConvertible {
  /// The name of the round.
  public var description: String {
    switch self {
    case .advertiseKeys: "advertise keys"
    case .shareKeys: "share keys"
    case .maskedInput: "masked input"
    case .consistencyCheck: "consistency check"
    case .unmasking: "unmasking"
    }
  }
}
