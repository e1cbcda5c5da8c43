/// Everything that a client draws at random in round 1. `AdvertiseKeysRound.shareKeys` draws it
/// fresh each time; the test vectors, which must come out the same every time, have their own.
struct SharingSecrets: ~Copyable {
  /// The secret of the self mask.
  let selfMaskSecret: SecretBytes
  /// The coefficients of the polynomials that share it; the constant terms are the secret's.
  let selfMaskCoefficients: SecretBytes
  /// The coefficients of those that share the mask secret, likewise.
  let maskCoefficients: SecretBytes
  /// A nonce for every neighbour.
  let nonces: [Nonce]

  /// Fresh secrets and nonces, all of them from libsodium's generator.
  static func fresh(threshold: Int, neighbourCount: Int) -> SharingSecrets {
    SharingSecrets(
      selfMaskSecret: ShamirSharing.randomSecret(),
      selfMaskCoefficients: ShamirSharing.randomCoefficients(threshold: threshold),
      maskCoefficients: ShamirSharing.randomCoefficients(threshold: threshold),
      nonces: (0..<neighbourCount).map { _ in Nonce() })
  }
}
