/// Recovers shared secrets and believes none that its owner's public value does not confirm.
///
/// Coefficients are kept from one secret to the next, since most have the same first holders.
struct SecretRecovery {
  private let threshold: Int
  private var interpolations: [[ClientID]: LagrangeInterpolation] = [:]
  /// Holders of a share that was found wrong. Their other shares are looked at last, so that one
  /// liar costs one decoding and not one for every secret.
  private var suspects: Set<ClientID> = []

  init(threshold: Int) {
    self.threshold = threshold
  }

  /// Tries the first t shares; if the secret that they give is not confirmed, decodes all of them
  /// and names the holders of the wrong ones.
  ///
  /// - Throws: `.sharesMissing`, `.sharesWrong`.
  mutating func recover(
    _ kind: SecretKind, of subject: ClientID, from collected: CollectedShares,
    faults: inout [ShareFault], isConfirmed: (borrowing SecretBytes) -> Bool
  ) throws(ServerError) -> SecretBytes {
    let collected = collected.sortedByHolder(last: suspects)
    let found = collected.holders.count
    guard found >= threshold else {
      throw .sharesMissing(subject: subject, kind: kind, found: found, threshold: threshold)
    }
    let first = Array(collected.holders.prefix(threshold))
    let secret = interpolation(for: first).secret(from: collected.shares.prefix(threshold))
    if isConfirmed(secret) { return secret }
    let decoding = RobustDecoding(
      points: collected.holders.map { FieldElement($0) }, threshold: threshold)
    guard let decoded = decoding.decode(collected.shares) else {
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

  private mutating func interpolation(for holders: [ClientID]) -> LagrangeInterpolation {
    if let known = interpolations[holders] { return known }
    let new = LagrangeInterpolation(points: holders.map { FieldElement($0) })
    // In a sparse graph nearly every set of holders is different: keep a few, not all.
    if interpolations.count >= 64 { interpolations.removeAll(keepingCapacity: true) }
    interpolations[holders] = new
    return new
  }
}
