internal import CSodium

/// A client's long-lived Ed25519 key pair (RFC 8032). Its signatures show that a session's keys
/// belong to the client. The private half is in guarded memory.
public struct IdentityKey: ~Copyable, Sendable {
  /// The key for verifying this client's signatures.
  public let publicKey: IdentityPublicKey
  private let secret: SharedSecret

  /// Guarded memory is scarce, so the owners of one key share it.
  private final class SharedSecret: Sendable {
    let bytes: GuardedBytes

    init(_ bytes: consuming GuardedBytes) { self.bytes = bytes }
  }

  /// The number of bytes of a key pair's seed.
  public static let seedByteCount = 32

  /// Creates a fresh key pair. Store its `seed()` to keep it.
  ///
  /// - Throws: `IdentityError.noGuardedMemory`.
  public init() throws(IdentityError) {
    try self.init(seed: SecureRandom.secretBytes(Self.seedByteCount))
  }

  /// Creates the key pair of a stored seed.
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
    self.secret = SharedSecret(secret)
  }

  private init(_ secret: SharedSecret, publicKey: IdentityPublicKey) {
    self.secret = secret
    self.publicKey = publicKey
  }

  /// The same key for another owner. The secret stays in one place, and is wiped with its last owner.
  func copy() -> IdentityKey { IdentityKey(secret, publicKey: publicKey) }

  /// Returns the seed. Keep it in a keychain.
  public func seed() -> SecretBytes {
    var seed = SecretBytes(zeroed: Self.seedByteCount)
    seed.withMutableBytes { seed in
      // libsodium's secret key is the seed followed by the public key.
      secret.bytes.withBytes { secret in
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
    secret.bytes.withBytes { secret in
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
  let digest: Digest

  /// Creates a key from exactly 32 bytes. Verification rejects a point of small order.
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

  /// Returns whether this key made `signature` for a labelled message. It rejects points of small
  /// order and signatures that are not canonical.
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

  /// Creates a signature from exactly 64 bytes.
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

/// An error about the bytes or the memory of an identity key.
public enum IdentityError: Error, Hashable, Sendable {
  /// A seed or a public key has 32 bytes, a signature 64.
  case wrongLength(found: Int, expected: Int)
  /// The system cannot allocate guarded memory; raise the limit of locked memory.
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
/// Each value costs tens of microseconds and several pages. That suits identity keys, since a
/// process has few of them. Secrets of a session are in `SecretBytes`.
@safe
struct GuardedBytes: ~Copyable, Sendable {
  let count: Int
  // A pointer is not Sendable, so this field is exempt from the check, for these reasons. There is
  // no other pointer to the memory: the value is not copyable, the field is private, and a span
  // cannot outlive the closure that gets it. Only `init` and `deinit` write to the memory, and
  // `deinit` runs when no borrow is left. So threads that borrow the value only read.
  private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

  /// Allocates memory and calls `fill` to write the bytes.
  ///
  /// - Throws: `IdentityError.noGuardedMemory` if the system cannot allocate guarded memory.
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
    // If this fails, the bytes stay writable, but they are still secret.
    _ = unsafe sodium_mprotect_readonly(storage)
  }

  deinit {
    // Makes the pages writable again and wipes them.
    unsafe sodium_free(storage)
  }

  /// Calls `body` with the bytes to read.
  func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    return unsafe body(buffer.span)
  }
}
