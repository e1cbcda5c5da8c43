/// The sealed shares that neighbours entrusted to a client, and what it opens them with. They are
/// revealed once, of each neighbour one of the two.
struct HeldShares: ~Copyable, Sendable {
  private let entries: [AddressedShares]
  private let agreedSealingSecrets: SecretTable

  /// Shares in id order of their senders, with the secret agreed with each.
  init(entries: [AddressedShares], agreedSealingSecrets: consuming SecretTable) {
    self.entries = entries
    self.agreedSealingSecrets = agreedSealingSecrets
  }

  /// Who entrusted shares.
  var owners: Set<ClientID> { Set(entries.map(\.peer)) }

  /// Opens of each neighbour the share that the set of contributors calls for: of the self mask if
  /// it contributed, of the mask key if it did not.
  ///
  /// Complexity: k openings.
  consuming func reveal(
    to contributors: Set<ClientID>, by client: ClientContext, roster: Digest
  ) -> UnmaskingResponse {
    var shares: [RevealedShare] = []
    var unopened: [ClientID] = []
    shares.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let kind: SecretKind = contributors.contains(entry.peer) ? .selfMask : .maskKey
      if let share = open(kind, from: entry, at: index, by: client, roster: roster) {
        shares.append(RevealedShare(subject: entry.peer, kind: kind, share: share))
      } else {
        unopened.append(entry.peer)
      }
    }
    return UnmaskingResponse(
      session: client.session, sender: client.id, shares: shares, unopened: unopened)
  }

  private func open(
    _ kind: SecretKind, from entry: AddressedShares, at index: Int, by client: ClientContext,
    roster: Digest
  ) -> SecretShare? {
    agreedSealingSecrets.withRow(index) { agreed -> SecretShare? in
      ShareSealing.open(
        kind, in: entry.shares, agreed: agreed,
        of: DealtShares(
          session: client.session, roster: roster, dealer: entry.peer, holder: client.id))
    }
  }

  /// Appends everything to a suspended client's state.
  func write(to writer: inout SecretWriter) {
    let entries = entries
    writer.write {
      $0.write(count: entries.count)
      for entry in entries {
        $0.write(entry.peer)
        $0.write(raw: entry.shares.bytes)
      }
    }
    agreedSealingSecrets.write(to: &writer)
  }

  /// Reads everything back.
  init(from reader: inout ByteReader) throws(StoredStateError) {
    var entries: [AddressedShares] = []
    for _ in 0..<(try reader.listCount(entrySize: 4 + SealedShares.byteCount)) {
      let peer = try reader.clientID()
      guard let sealed = SealedShares(bytes: try reader.raw(SealedShares.byteCount)) else {
        throw .invalidField("sealed shares")
      }
      entries.append(AddressedShares(peer: peer, shares: sealed))
    }
    agreedSealingSecrets = try SecretTable(from: &reader, rowCount: entries.count)
    self.entries = entries
  }
}
