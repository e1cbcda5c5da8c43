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

/// Whose identity key stands behind which client of a session.
///
/// It is the root of trust of the malicious model: a server that could answer for it could put
/// clients of its own in the place of all others. Pin the keys, or look them up in a public-key
/// infrastructure that the server does not control.
public protocol IdentityDirectory: Sendable {
  /// The key of a client, or `nil` for one that must not take part. One key for one client only.
  func identityKey(of id: ClientID) -> IdentityPublicKey?
}

/// Why keys cannot be pinned.
public enum PinnedIdentitiesError: Error, Hashable, Sendable {
  /// Two clients have the same key: one participant could stand for both.
  case sharedKey(ClientID, ClientID)
}

extension PinnedIdentitiesError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .sharedKey(let one, let other):
      "\(one) and \(other) have the same identity key; every client needs one of its own"
    }
  }
}

/// Identity keys that were agreed on beforehand.
public struct PinnedIdentities: IdentityDirectory, Hashable {
  private let keys: [ClientID: IdentityPublicKey]

  /// Pins one key for each client.
  ///
  /// - Throws: `PinnedIdentitiesError.sharedKey`.
  public init(_ keys: [ClientID: IdentityPublicKey]) throws(PinnedIdentitiesError) {
    var owners: [IdentityPublicKey: ClientID] = [:]
    for (id, key) in keys.sorted(by: { $0.key < $1.key }) {
      if let owner = owners.updateValue(id, forKey: key) { throw .sharedKey(owner, id) }
    }
    self.keys = keys
  }

  /// The pinned key.
  public func identityKey(of id: ClientID) -> IdentityPublicKey? { keys[id] }
}
