/// Round 1, server to one client: how many clients advertised keys, the commitment to all of them,
/// and the advertisements of this client's neighbours.
public struct RosterAnnouncement: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that receives the announcement.
  public let recipient: ClientID
  /// The number of clients on the roster.
  public let rosterSize: Int
  /// The Merkle commitment to all advertisements in id order.
  public let commitment: Digest
  /// The neighbours' advertisements in id order.
  public let neighbours: [KeyAdvertisement]
  /// The proofs that the commitment is to these advertisements. They are present in the malicious
  /// model, and only if some clients on the roster are not neighbours. A client that sees the whole
  /// roster computes the commitment itself.
  public let membership: RosterMembership?

  /// Creates an announcement from its parts. The client validates them.
  public init(
    session: Digest, recipient: ClientID, rosterSize: Int, commitment: Digest,
    neighbours: [KeyAdvertisement], membership: RosterMembership? = nil
  ) {
    self.session = session
    self.recipient = recipient
    self.rosterSize = rosterSize
    self.commitment = commitment
    self.neighbours = neighbours
    self.membership = membership
  }
}

/// The ids on the roster, and the proofs that a client and its neighbours are on it. The ranks on
/// the roster follow from the ids.
public struct RosterMembership: Sendable, Hashable {
  /// The ids of all clients on the roster.
  public let ids: RosterIDs
  /// The siblings in the Merkle tree from the recipient's leaf to the root.
  public let ownPath: [Digest]
  /// The same for each neighbour, in the order of their advertisements.
  public let neighbourPaths: [[Digest]]

  /// Creates the proofs for a client and its neighbours. The client validates them.
  public init(ids: RosterIDs, ownPath: [Digest], neighbourPaths: [[Digest]]) {
    self.ids = ids
    self.ownPath = ownPath
    self.neighbourPaths = neighbourPaths
  }
}

/// Round 1, client to server: sealed shares for every neighbour, and the commitment that verifies a
/// recovered self-mask secret (Bonawitz et al. 2017, figure 4, round 1).
public struct ShareDistribution: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that shares its secrets.
  public let sender: ClientID
  /// The commitment to the secret of the self mask.
  public let selfMaskCommitment: Digest
  /// One entry for each neighbour, in id order.
  public let shares: [AddressedShares]

  /// Creates a distribution from its parts. The server validates them.
  public init(
    session: Digest, sender: ClientID, selfMaskCommitment: Digest, shares: [AddressedShares]
  ) {
    self.session = session
    self.sender = sender
    self.selfMaskCommitment = selfMaskCommitment
    self.shares = shares
  }

  /// Returns the shares for one neighbour. The entries must be in id order.
  ///
  /// Complexity: O(log k).
  func shares(for peer: ClientID) -> SealedShares? {
    let place = shares.partitionPoint { $0.peer >= peer }
    guard place < shares.count, shares[place].peer == peer else { return nil }
    return shares[place].shares
  }
}

/// Sealed shares with the client at the other end: their receiver on the way to the server, their
/// sender on the way from it.
public struct AddressedShares: Sendable, Hashable {
  /// The client at the other end.
  public let peer: ClientID
  /// The sealed shares.
  public let shares: SealedShares

  /// Creates an addressed pair of shares.
  public init(peer: ClientID, shares: SealedShares) {
    self.peer = peer
    self.shares = shares
  }
}

/// The shares of one client's two secrets for one neighbour, sealed so that only the neighbour can
/// open them, after the sender's commitments to both.
public struct SealedShares: Sendable, Hashable {
  /// The number of bytes of a sealed pair of shares: two commitments of 16 bytes, a nonce, two
  /// shares of 40 bytes and a tag.
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

  /// Creates sealed shares from the parts that `ShareSealing` computed. The commitment to the share
  /// of the self mask comes first.
  init(commitments: [ShareCommitment], envelope: [UInt8]) {
    var writer = ByteWriter()
    writer.reserve(Self.byteCount)
    for commitment in commitments { commitment.write(to: &writer) }
    writer.write(raw: envelope)
    bytes = writer.bytes
  }

  /// The sealed bytes.
  var envelope: ArraySlice<UInt8> { bytes.dropFirst(Self.commitmentsByteCount) }

  /// Returns the commitment to the share of one secret.
  func commitment(to kind: SecretKind) -> ShareCommitment {
    ShareCommitment(bytes.span, at: kind == .selfMask ? 0 : ShareCommitment.byteCount)
  }
}

extension Array {
  /// Returns the first place whose element satisfies a condition. All elements after that place
  /// must satisfy it too.
  ///
  /// Complexity: O(log n).
  func partitionPoint(where isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
