/// A secret that the server needs, with the shares of it that were revealed.
struct SharedSecret: Sendable {
  let kind: SecretKind
  let subject: ClientID
  let collected: CollectedShares
}

/// Recovers shared secrets and believes none that its owner's public value does not confirm.
///
/// Nearly all shares are right, so all secrets are first interpolated from their first holders, on
/// all threads and with the same coefficients where the holders are the same. Only what is not
/// confirmed then is looked at one after the other.
struct SecretRecovery {
  private let threshold: Int
  private let execution: Execution
  /// Holders of a share that was found wrong. Their other shares are looked at last, so that one
  /// liar costs one decoding and not one for every secret.
  private var suspects: Set<ClientID> = []
  private(set) var faults: [ShareFault] = []

  init(threshold: Int, on execution: Execution) {
    self.threshold = threshold
    self.execution = execution
  }

  /// The secrets, a row for each.
  ///
  /// Complexity: O(t^2) for each set of first holders and O(t) for each secret; O(n^2) for each
  /// whose first shares are not all right.
  ///
  /// - Throws: `.sharesMissing`, `.sharesWrong` for the first secret that cannot be recovered.
  mutating func recover(
    _ secrets: [SharedSecret],
    isConfirmed: @Sendable (Int, borrowing SecretBytes) -> Bool
  ) throws(ServerError) -> SecretTable {
    var table = SecretTable(rowCount: secrets.count, rowSize: ShamirSharing.secretByteCount)
    let isRecovered = interpolate(secrets, into: &table, isConfirmed: isConfirmed)
    for (index, secret) in secrets.enumerated() where !isRecovered[index] {
      let found = try recover(secret) { isConfirmed(index, $0) }
      table.setRow(index, to: found)
    }
    return table
  }

  /// Tries the first shares of each secret; says of which they were right.
  private func interpolate(
    _ secrets: [SharedSecret], into table: inout SecretTable,
    isConfirmed: @Sendable (Int, borrowing SecretBytes) -> Bool
  ) -> [Bool] {
    let threshold = threshold
    let first = WorkQueue.map(secrets.count, grain: 16, on: execution) { index in
      secrets[index].collected.firstHolders(threshold)
    }
    var places: [[ClientID]: Int] = [:]
    var sets: [[ClientID]] = []
    for choice in first where !choice.holders.isEmpty && places[choice.holders] == nil {
      places[choice.holders] = sets.count
      sets.append(choice.holders)
    }
    let (holders, interpolationOfHolders) = (sets, places)
    let interpolations = WorkQueue.map(sets.count, on: execution) { index in
      LagrangeInterpolation(holders: holders[index])
    }
    return table.setRows(on: execution) { index in
      guard let place = interpolationOfHolders[first[index].holders] else { return nil }
      let shares = secrets[index].collected.shares
      let secret = interpolations[place].secret(from: first[index].places.map { shares[$0] })
      guard isConfirmed(index, secret) else { return nil }
      return secret
    }
  }

  /// Tries the first t shares; if the secret that they give is not confirmed, decodes all of them
  /// and notes the holders of the wrong ones.
  private mutating func recover(
    _ secret: SharedSecret, isConfirmed: (borrowing SecretBytes) -> Bool
  ) throws(ServerError) -> SecretBytes {
    let (kind, subject) = (secret.kind, secret.subject)
    let collected = secret.collected.sortedByHolder(last: suspects)
    let found = collected.holders.count
    guard found >= threshold else {
      throw .sharesMissing(subject: subject, kind: kind, found: found, threshold: threshold)
    }
    let interpolation = LagrangeInterpolation(
      holders: Array(collected.holders.prefix(threshold)))
    let interpolated = interpolation.secret(from: Array(collected.shares.prefix(threshold)))
    if isConfirmed(interpolated) { return interpolated }
    let points = collected.holders.map { FieldElement($0) }
    guard
      let decoded = RobustDecoding(points: points, threshold: threshold).decode(collected.shares)
    else {
      throw .sharesWrong(subject: subject, kind: kind, found: found, threshold: threshold)
    }
    let decodedSecret = SecretBytes(elements: decoded.secret)
    guard isConfirmed(decodedSecret) else {
      throw .sharesWrong(subject: subject, kind: kind, found: found, threshold: threshold)
    }
    for position in decoded.wrong {
      suspects.insert(collected.holders[position])
      faults.append(
        ShareFault(
          holder: collected.holders[position], subject: subject, kind: kind,
          finding: .wrongShare))
    }
    return decodedSecret
  }
}
