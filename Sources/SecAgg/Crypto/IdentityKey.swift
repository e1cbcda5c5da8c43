internal import CSodium

/// A client's long-lived Ed25519 key pair (RFC 8032), by which others know that a session's keys
/// are its own. The private half lives in guarded memory.
public struct IdentityKey: ~Copyable, Sendable {
  /// What others verify signatures with.
  public let publicKey: IdentityPublicKey
  private let secret: GuardedBytes

  /// The bytes of the seed that a key pair is made of.
  public static let seedByteCount = 32

  /// A fresh key pair. Keep it by `seed()`.
  ///
  /// - Throws: `IdentityError.noGuardedMemory`.
  public init() throws(IdentityError) {
    try self.init(seed: SecureRandom.secretBytes(Self.seedByteCount))
  }

  /// The key pair of a seed that was kept.
  ///
  /// - Throws: `IdentityError`.
  public init(seed: borrowing SecretBytes) throws(IdentityError) {
    guard seed.count == Self.seedByteCount else {
      throw .wrongLength(found: seed.count, expected: Self.seedByteCount)
    }
    Sodium.prepare()
    var publicBytes = [UInt8](repeating: 0, count: Digest.byteCount)
    let secret = try GuardedBytes(count: crypto_sign_secretkeybytes()) { secret in
      seed.withBytes { seed in
        _ = unsafe seed.withPointer { seed in
          unsafe secret.withMutablePointer { secret in
            unsafe crypto_sign_seed_keypair(&publicBytes, secret, seed)
          }
        }
      }
    }
    publicKey = try IdentityPublicKey(bytes: publicBytes)
    self.secret = secret
  }

  /// The seed, to be kept in a keychain.
  public func seed() -> SecretBytes {
    var seed = SecretBytes(zeroed: Self.seedByteCount)
    seed.withMutableBytes { seed in
      // libsodium's secret key is the seed followed by the public key.
      secret.withBytes { secret in
        for index in seed.indices { seed[index] = secret[index] }
      }
    }
    return seed
  }

  /// Signs a labelled message.
  func sign(_ label: DomainLabel, _ write: (inout ByteWriter) -> Void) -> Signature {
    var message = ByteWriter(label: label)
    write(&message)
    var signature = [UInt8](repeating: 0, count: Signature.byteCount)
    secret.withBytes { secret in
      unsafe secret.withPointer { secret in
        _ = unsafe crypto_sign_detached(
          &signature, nil, message.bytes, UInt64(message.bytes.count), secret)
      }
    }
    return Signature(unchecked: signature)
  }
}

/// The public half of an identity key: 32 bytes.
public struct IdentityPublicKey: Sendable, Hashable {
  private let digest: Digest

  /// Takes exactly 32 bytes. Whether they are a point of large order is part of verification.
  public init(bytes: some Collection<UInt8>) throws(IdentityError) {
    guard let digest = Digest(bytes: bytes) else {
      throw .wrongLength(found: bytes.count, expected: Digest.byteCount)
    }
    self.digest = digest
  }

  init(_ digest: Digest) {
    self.digest = digest
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { digest.bytes }

  /// Whether `signature` is this key's over a labelled message. Points of small order and
  /// signatures that are not canonical are never accepted.
  func verifies(
    _ signature: Signature, _ label: DomainLabel, _ write: (inout ByteWriter) -> Void
  ) -> Bool {
    Sodium.prepare()
    var message = ByteWriter(label: label)
    write(&message)
    return unsafe crypto_sign_verify_detached(
      signature.bytes, message.bytes, UInt64(message.bytes.count), bytes) == 0
  }
}

/// An Ed25519 signature: 64 bytes.
public struct Signature: Sendable, Hashable {
  /// The number of bytes.
  public static let byteCount = 64

  /// The 64 bytes.
  public let bytes: [UInt8]

  /// Takes exactly 64 bytes.
  public init(bytes: [UInt8]) throws(IdentityError) {
    guard bytes.count == Self.byteCount else {
      throw .wrongLength(found: bytes.count, expected: Self.byteCount)
    }
    self.bytes = bytes
  }

  init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
  }
}

/// Why an identity key cannot be made or read.
public enum IdentityError: Error, Hashable, Sendable {
  /// A seed or a public key has 32 bytes, a signature 64.
  case wrongLength(found: Int, expected: Int)
  /// The system gives no guarded memory; raise the limit of locked memory.
  case noGuardedMemory
}

extension IdentityError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .wrongLength(let found, let expected): "expected \(expected) bytes, found \(found)"
    case .noGuardedMemory:
      "the system gives no guarded memory for an identity key; raise the limit of locked memory"
    }
  }
}

/// Long-lived secret bytes in guarded memory (libsodium's `sodium_malloc`): locked against
/// swapping, between pages that fault, read-only once written, wiped when it is freed.
///
/// It costs tens of microseconds and several pages each, so it is for identity keys, of which a
/// process has few; secrets of a session live in `SecretBytes`.
@safe
struct GuardedBytes: ~Copyable, Sendable {
  let count: Int
  // A pointer is not Sendable, so this one field is exempt, and what follows is why it may be. There is no
  // other pointer to the memory: the value is not copyable, the field is private, and the spans that
  // closures get cannot outlive their call. After `init` there is no way to write to the memory until
  // `deinit`, which runs when nobody borrows the value any more, so threads that borrow it only read.
  private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

  /// Allocates and lets `fill` write the bytes.
  ///
  /// - Throws: `IdentityError.noGuardedMemory` when the system gives none.
  init(
    count: Int, _ fill: (inout MutableSpan<UInt8>) -> Void
  ) throws(IdentityError) {
    Sodium.prepare()
    guard let storage = unsafe sodium_malloc(count) else { throw .noGuardedMemory }
    self.count = count
    unsafe self.storage = unsafe storage
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    var span = unsafe buffer.mutableSpan
    fill(&span)
    // Without protection against writing the bytes are as secret as before.
    _ = unsafe sodium_mprotect_readonly(storage)
  }

  deinit {
    // Makes the pages writable again and wipes them.
    unsafe sodium_free(storage)
  }

  /// Gives `body` the bytes to read.
  func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    return unsafe body(buffer.span)
  }
}
