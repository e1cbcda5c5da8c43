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
