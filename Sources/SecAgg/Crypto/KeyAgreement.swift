internal import CSodium

/// A validated X25519 public key (RFC 7748, section 5): 32 bytes, canonical, not of low order.
///
/// Two different values are different points, so a comparison finds repeated keys.
public struct PublicKey: Sendable, Hashable {
  let digest: Digest

  /// Creates a key from 32 bytes and validates them.
  public init(bytes: some Collection<UInt8>) throws(PublicKeyError) {
    guard let digest = Digest(bytes: bytes) else { throw .wrongLength(found: bytes.count) }
    try self.init(digest)
  }

  init(_ digest: Digest) throws(PublicKeyError) {
    let words = digest.words
    // The prime 2^255 - 19 in little-endian words is (2^64 - 19, 2^64 - 1, 2^64 - 1, 2^63 - 1).
    let topIsFull = words.1 == .max && words.2 == .max && words.3 == .max >> 1
    guard words.3 >> 63 == 0, !(topIsFull && words.0 >= 0xffff_ffff_ffff_ffed) else {
      throw .notCanonical
    }
    guard !Self.lowOrder.contains(digest) else { throw .lowOrder }
    self.digest = digest
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { digest.bytes }

  /// The canonical u-coordinates whose order divides 8, on the curve and on its twist: 0, 1, -1
  /// and the two coordinates of order 8 (Bernstein, "Curve25519", 2006, and the list of
  /// <https://cr.yp.to/ecdh.html#validate>). The others of that list are not canonical.
  private static let lowOrder: Set<Digest> = [
    Digest(words: (0, 0, 0, 0)),
    Digest(words: (1, 0, 0, 0)),
    Digest(words: (0xffff_ffff_ffff_ffec, .max, .max, .max >> 1)),
    Digest(
      words: (
        0xaeb8_413b_7c7a_ebe0, 0x6ac4_9ff1_fae3_5616, 0xfdb1_329c_eb8d_09da, 0x00b8_495f_1605_6286
      )),
    Digest(
      words: (
        0x248c_50a3_bc95_9c5f, 0x5bef_839c_55b1_d0b1, 0x868e_1c58_c45c_4404, 0x5711_9fd0_dd4e_22d8
      )),
  ]
}

/// The reason why bytes are not an acceptable X25519 public key.
public enum PublicKeyError: Error, Hashable, Sendable {
  /// A public key has 32 bytes.
  case wrongLength(found: Int)
  /// The u-coordinate is not reduced modulo 2^255 - 19, or its unused top bit is set.
  case notCanonical
  /// The point has small order: every shared secret with it would be zero.
  case lowOrder
}

extension PublicKeyError: CustomStringConvertible {
  /// What was expected and what came.
  public var description: String {
    switch self {
    case .wrongLength(let found): "an X25519 public key has 32 bytes, found \(found)"
    case .notCanonical: "the X25519 public key is not the canonical encoding of a coordinate"
    case .lowOrder: "the X25519 public key has low order, so it gives no secret"
    }
  }
}

/// An X25519 key pair of one session. The private half lives in `SecretBytes`.
struct KeyPair: ~Copyable {
  let publicKey: PublicKey
  private let privateKey: SecretBytes

  /// Creates the pair of a private key of 32 bytes. The scalar multiplication clamps the key.
  init(privateKey: consuming SecretBytes) throws(KeyAgreementError) {
    Sodium.prepare()
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    let status = privateKey.withBytes { privateKey in
      unsafe privateKey.withPointer {
        unsafe crypto_scalarmult_base(&bytes, $0)
      }
    }
    guard status == 0, let publicKey = try? PublicKey(bytes: bytes) else { throw .failed }
    self.publicKey = publicKey
    self.privateKey = privateKey
  }

  /// Appends the 32 private bytes to a suspended client's state.
  func write(to writer: inout SecretWriter) {
    writer.write(secret: privateKey)
  }

  /// Returns the X25519 secret shared with a peer. Use it only as the key of a derivation.
  func sharedSecret(with peer: PublicKey) throws(KeyAgreementError) -> SecretBytes {
    try KeyAgreement.sharedSecret(of: privateKey, with: peer)
  }
}

/// X25519 (RFC 7748, section 6.1).
enum KeyAgreement {
  /// Returns the secret that the owner of a private key of 32 bytes shares with a peer. Use it only
  /// as the key of a derivation. A call takes about 30 us.
  static func sharedSecret(
    of privateKey: borrowing SecretBytes, with peer: PublicKey
  ) throws(KeyAgreementError) -> SecretBytes {
    Sodium.prepare()
    let peerBytes = peer.bytes
    var shared = SecretBytes(zeroed: Digest.byteCount)
    let status = shared.withMutableBytes { shared in
      unsafe shared.withMutablePointer { shared in
        privateKey.withBytes { privateKey in
          unsafe privateKey.withPointer {
            unsafe crypto_scalarmult(shared, $0, peerBytes)
          }
        }
      }
    }
    guard status == 0 else { throw .failed }
    return shared
  }
}

/// X25519 rejected its input. This cannot happen with a validated `PublicKey`.
enum KeyAgreementError: Error {
  case failed
}
