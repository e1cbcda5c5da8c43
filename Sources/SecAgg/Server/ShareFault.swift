/// Something wrong with a share, and the client or clients at fault.
public struct ShareFault: Sendable, Hashable {
  /// What was found.
  public enum Finding: UInt8, Sendable, Hashable, CaseIterable {
    /// The holder revealed a share that does not match the dealer's commitment. The holder lied: it had
    /// compared the dealer's share with the commitment.
    case wrongShare = 1
    /// The holder reports that the dealer's shares do not open, or do not match the dealer's commitments.
    /// One of the two is at fault; the server cannot tell which.
    case unopened = 2
    /// Shares that all match the dealer's commitments give another secret than the one that the dealer
    /// published. The dealer lied.
    case wrongSecret = 3
  }

  /// The client that holds the share; in a `wrongSecret` the dealer itself.
  public let holder: ClientID
  /// The client whose secret was shared.
  public let dealer: ClientID
  /// Which secret.
  public let kind: SecretKind
  /// What was found.
  public let finding: Finding

  /// The client that certainly broke the rules; `nil` where it is one of two.
  public var culprit: ClientID? {
    switch finding {
    case .wrongShare: holder
    case .unopened: nil
    case .wrongSecret: dealer
    }
  }

  /// A fault.
  public init(holder: ClientID, dealer: ClientID, kind: SecretKind, finding: Finding) {
    self.holder = holder
    self.dealer = dealer
    self.kind = kind
    self.finding = finding
  }
}

extension ShareFault: CustomStringConvertible {
  /// What was found, and who is at fault.
  public var description: String {
    switch finding {
    case .wrongShare: "\(holder) revealed a wrong share of the \(kind) secret of \(dealer)"
    case .unopened:
      "\(holder) or \(dealer) is at fault: the shares of \(dealer) for \(holder) do not open"
    case .wrongSecret: "\(dealer) dealt shares of a wrong \(kind) secret"
    }
  }
}

extension [ShareFault] {
  /// The same faults in the order in which they are reported: by dealer, then by holder.
  var inOrder: [ShareFault] {
    sorted {
      ($0.dealer, $0.holder, $0.finding.rawValue) < ($1.dealer, $1.holder, $1.finding.rawValue)
    }
  }

  /// The clients that certainly broke the rules, in id order.
  public var culprits: [ClientID] { Set(compactMap(\.culprit)).sorted() }
}
