/// The shares of one client's two secrets for one neighbour, sealed so that only the neighbour can
/// open them.
public struct SealedShares: Sendable, Hashable {
  /// Bytes of a sealed pair of shares: nonce, two shares of 40 bytes, tag.
  public static let byteCount = 2 * SecretShare.byteCount + AuthenticatedEncryption.overhead

  /// The sealed bytes.
  public let bytes: [UInt8]

  /// `nil` unless there are exactly `byteCount` bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// What `ShareSealing` made.
  init(sealed bytes: [UInt8]) {
    self.bytes = bytes
  }
}

/// Sealed shares with the client at the other end: their receiver on the way to the server, their
/// sender on the way from it.
public struct AddressedShares: Sendable, Hashable {
  /// The client at the other end.
  public let peer: ClientID
  /// The sealed shares.
  public let shares: SealedShares

  /// An addressed pair of shares.
  public init(peer: ClientID, shares: SealedShares) {
    self.peer = peer
    self.shares = shares
  }
}
