/// A client's number within one session: 1 to the cohort size.
///
/// The number is also the point at which the client's shares are evaluated (Shamir 1979), so it is
/// never 0. Which device or hospital stands behind a number is the application's knowledge.
public struct ClientID: Sendable, Hashable, Comparable {
  /// The number, at least 1.
  public let rawValue: UInt32

  /// `nil` for 0, which no client has.
  public init?(_ rawValue: UInt32) {
    guard rawValue > 0 else { return nil }
    self.rawValue = rawValue
  }

  /// The ids 1...`cohortSize` in order.
  public static func all(cohortSize: Int) -> [ClientID] {
    guard cohortSize > 0, let last = UInt32(exactly: cohortSize) else { return [] }
    return (1...last).map { ClientID(unchecked: $0) }
  }

  private init(unchecked rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Orders by number.
  public static func < (left: ClientID, right: ClientID) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension ClientID: CustomStringConvertible {
  /// `client 7`.
  public var description: String { "client \(rawValue)" }
}
