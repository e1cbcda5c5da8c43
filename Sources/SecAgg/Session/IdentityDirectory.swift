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
