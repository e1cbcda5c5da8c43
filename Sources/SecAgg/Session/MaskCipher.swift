/// The stream cipher that expands a mask seed into a mask. Part of the session digest.
public enum MaskCipher: UInt8, Sendable, Hashable, CaseIterable {
  /// IETF ChaCha20 (RFC 8439, section 2.4) with a zero nonce, its counter starting at 0.
  /// A key is used for one mask of one session only, so the nonce need not vary.
  case chacha20 = 1
}
