/// A share that did not help: its holder or the client that dealt it is at fault. The server
/// cannot tell which of the two, but sees who turns up in many faults.
public struct ShareFault: Sendable, Hashable {
  /// What was found.
  public enum Finding: UInt8, Sendable, Hashable, CaseIterable {
    /// The holder's share does not lie on the polynomials of the others.
    case wrongShare = 1
    /// The holder reports that the sealed shares did not open.
    case unopened = 2
  }

  /// The client that holds the share.
  public let holder: ClientID
  /// The client whose secret it is a share of.
  public let subject: ClientID
  /// Which secret.
  public let kind: SecretKind
  /// What was found.
  public let finding: Finding

  /// A fault.
  public init(holder: ClientID, subject: ClientID, kind: SecretKind, finding: Finding) {
    self.holder = holder
    self.subject = subject
    self.kind = kind
    self.finding = finding
  }
}
