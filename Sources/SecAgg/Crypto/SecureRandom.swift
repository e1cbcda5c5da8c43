internal import CSodium

/// The only source of randomness for secrets: libsodium's `randombytes_buf`.
package enum SecureRandom {
  /// Fresh secret bytes.
  package static func secretBytes(_ count: Int) -> SecretBytes {
    var secret = SecretBytes(zeroed: count)
    secret.withMutableBytes { bytes in fill(&bytes) }
    return secret
  }

  /// Fresh public bytes, for nonces and identifiers.
  static func publicBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    fill(&span)
    return bytes
  }

  /// Overwrites `bytes` with randomness.
  static func fill(_ bytes: inout MutableSpan<UInt8>) {
    Sodium.prepare()
    let count = bytes.count
    unsafe bytes.withMutablePointer { unsafe randombytes_buf($0, count) }
  }
}
