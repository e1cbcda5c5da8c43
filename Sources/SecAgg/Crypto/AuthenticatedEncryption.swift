internal import CSodium

/// XChaCha20-Poly1305 (IETF draft-irtf-cfrg-xchacha) with a random nonce in front.
enum AuthenticatedEncryption {
  /// The bytes that sealing adds: a nonce and a tag of 16 bytes.
  static let overhead = Nonce.byteCount + 16

  /// Seals a secret under a key of 32 bytes and a nonce, bound to public associated data.
  static func seal(
    _ plaintext: Span<UInt8>, key: Span<UInt8>, associatedData: [UInt8],
    nonce: Nonce = Nonce()
  ) -> [UInt8] {
    Sodium.prepare()
    let nonceBytes = nonce.bytes
    var sealed: [UInt8] = []
    sealed.reserveCapacity(nonceBytes.count + plaintext.count + 16)
    sealed += nonceBytes
    sealed.append(contentsOf: repeatElement(0, count: plaintext.count + 16))
    var sealedSpan = sealed.mutableSpan
    unsafe sealedSpan.withMutablePointer { sealed in
      unsafe plaintext.withPointer { message in
        unsafe key.withPointer { key in
          _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
            sealed + Nonce.byteCount, nil, message, UInt64(plaintext.count),
            associatedData, UInt64(associatedData.count), nil, nonceBytes, key)
        }
      }
    }
    return sealed
  }

  /// Opens a sealed secret. Returns `nil` if the key, the associated data or the ciphertext differ.
  static func open(
    _ sealed: ArraySlice<UInt8>, key: Span<UInt8>, associatedData: [UInt8]
  ) -> SecretBytes? {
    Sodium.prepare()
    guard sealed.count >= overhead else { return nil }
    let nonce = sealed.span.extracting(first: Nonce.byteCount)
    let ciphertext = sealed.span.extracting(droppingFirst: Nonce.byteCount)
    var plaintext = SecretBytes(zeroed: ciphertext.count - 16)
    let status = plaintext.withMutableBytes { plaintext in
      unsafe plaintext.withMutablePointer { plaintext in
        unsafe key.withPointer { key in
          unsafe nonce.withPointer { nonce in
            unsafe ciphertext.withPointer { bytes in
              unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                plaintext, nil, nil, bytes, UInt64(ciphertext.count),
                associatedData, UInt64(associatedData.count), nonce, key)
            }
          }
        }
      }
    }
    guard status == 0 else { return nil }
    return plaintext
  }
}

/// The nonce of one sealing: 24 bytes, drawn at random and used once.
struct Nonce: Sendable, Hashable {
  static let byteCount = 24

  /// `byteCount` bytes.
  let bytes: [UInt8]

  /// Draws a fresh nonce.
  init() {
    bytes = SecureRandom.publicBytes(Self.byteCount)
  }

  /// Creates a nonce from given bytes, for test vectors; `nil` for any other count.
  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }
}
