/// The nonce of one sealing: 24 bytes, drawn at random and used once.
struct Nonce: Sendable, Hashable {
  static let byteCount = 24

  /// `byteCount` bytes.
  let bytes: [UInt8]

  /// A fresh one.
  init() {
    bytes = SecureRandom.publicBytes(Self.byteCount)
  }

  /// A nonce that was drawn before, for test vectors; `nil` for bytes of another number.
  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }
}
