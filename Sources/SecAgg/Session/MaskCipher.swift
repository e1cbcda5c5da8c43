/// The stream cipher that expands a mask seed into a mask. Part of the session digest.
///
/// A seed makes one mask of one session only, so neither cipher needs a nonce.
public enum MaskCipher: UInt8, Sendable, Hashable, CaseIterable {
  /// IETF ChaCha20 (RFC 8439, section 2.4) with a zero nonce, its counter starting at 0. On every
  /// processor.
  case chacha20 = 1
  /// AES-256 in counter mode (NIST SP 800-38A, section 6.5), its counter starting at 0. Only on
  /// processors with instructions for AES: tables would tell secrets by their timing. Three times as
  /// fast as ChaCha20 there.
  case aes256ctr = 2
}

extension MaskCipher {
  /// The ciphers of this processor. What a client accepts of them it declares to the server, which
  /// offers a cipher that all clients have declared.
  public static let available = Set(allCases.filter { MaskExpander($0) != nil })

  /// The fastest of some ciphers on this processor; `nil` if it has none of them.
  public static func fastest(of ciphers: Set<MaskCipher>) -> MaskCipher? {
    [.aes256ctr, .chacha20].first { ciphers.contains($0) && available.contains($0) }
  }
}

extension MaskCipher: CustomStringConvertible {
  /// The name of the cipher.
  public var description: String {
    switch self {
    case .chacha20: "ChaCha20"
    case .aes256ctr: "AES-256-CTR"
    }
  }
}
