/// The shares of one client's two secrets for one neighbour, sealed so that only the neighbour can
/// open them, behind the sender's commitments to both.
public struct SealedShares: Sendable, Hashable {
  /// Bytes of a sealed pair of shares: two commitments of 16 bytes, nonce, two shares of 40 bytes, tag.
  public static let byteCount =
    commitmentsByteCount + 2 * SecretShare.byteCount + AuthenticatedEncryption.overhead

  static let commitmentsByteCount = 2 * ShareCommitment.byteCount

  /// The commitments and the sealed bytes.
  public let bytes: [UInt8]

  /// `nil` unless there are exactly `byteCount` bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The parts that `ShareSealing` made, the commitment to the share of the self mask first.
  init(commitments: [ShareCommitment], envelope: [UInt8]) {
    var writer = ByteWriter()
    writer.reserve(Self.byteCount)
    for commitment in commitments { commitment.write(to: &writer) }
    writer.write(raw: envelope)
    bytes = writer.bytes
  }

  /// What is sealed.
  var envelope: ArraySlice<UInt8> { bytes.dropFirst(Self.commitmentsByteCount) }

  /// The commitment to the share of one secret.
  func commitment(to kind: SecretKind) -> ShareCommitment {
    ShareCommitment(bytes.span, at: kind == .selfMask ? 0 : ShareCommitment.byteCount)
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
