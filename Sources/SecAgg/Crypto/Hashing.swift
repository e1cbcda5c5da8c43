internal import CSodium

/// BLAKE2b-256 (RFC 7693) over domain-separated, length-prefixed input.
enum Hashing {
  /// Returns the digest of the fields that `write` appends to the domain label.
  static func digest(_ label: DomainLabel, _ write: (inout ByteWriter) -> Void) -> Digest {
    var message = ByteWriter(label: label)
    write(&message)
    return digest(ofRaw: message.bytes.span)
  }

  /// Derives 32 secret bytes from a secret (at most 64 bytes) as the key of BLAKE2b and a public,
  /// labelled context as its message.
  static func deriveKey(
    from secret: Span<UInt8>, _ label: DomainLabel, _ write: (inout ByteWriter) -> Void
  ) -> SecretBytes {
    var message = ByteWriter(label: label)
    write(&message)
    var output = SecretBytes(zeroed: Digest.byteCount)
    output.withMutableBytes { output in
      hash(message.bytes.span, key: secret, into: &output)
    }
    return output
  }

  /// Returns a commitment to a secret: 32 public bytes that only the same secret and context
  /// reproduce.
  static func commitment(
    to secret: Span<UInt8>, _ label: DomainLabel, _ write: (inout ByteWriter) -> Void
  ) -> Digest {
    var message = ByteWriter(label: label)
    write(&message)
    return digest(ofRaw: message.bytes.span, key: secret)
  }

  /// Returns BLAKE2b-256 of bytes without framing, under a key of at most 64 bytes. It does not
  /// allocate.
  static func digest(ofRaw message: Span<UInt8>, key: Span<UInt8> = Span()) -> Digest {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &words) { bytes in
      var output = unsafe bytes.bindMemory(to: UInt8.self).mutableSpan
      hash(message, key: key, into: &output)
    }
    return Digest(
      words: (
        UInt64(littleEndian: words.0), UInt64(littleEndian: words.1), UInt64(littleEndian: words.2),
        UInt64(littleEndian: words.3)
      ))
  }

  private static func hash(
    _ message: Span<UInt8>, key: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) {
    Sodium.prepare()
    let outputCount = output.count
    unsafe output.withMutablePointer { output in
      unsafe message.withPointer { bytes in
        unsafe key.withPointer { keyBytes in
          _ = unsafe crypto_generichash(
            output, outputCount, bytes, UInt64(message.count), keyBytes, key.count)
        }
      }
    }
  }
}

/// The purpose of a hash or a derived key. Each purpose has its own label, so an output for one
/// purpose is never valid for another.
enum DomainLabel: String {
  case sessionParameters = "SecAgg/1 session parameters"
  case applicationContext = "SecAgg/1 application context"
  case privateAveraging = "SecAgg/1 private averaging"
  case rotation = "SecAgg/1 rotation"
  case rosterLeaf = "SecAgg/1 roster leaf"
  case rosterNode = "SecAgg/1 roster node"
  case rosterCommitment = "SecAgg/1 roster commitment"
  case neighbourPermutation = "SecAgg/1 neighbour permutation"
  case keyAdvertisement = "SecAgg/1 key advertisement"
  case contributorSet = "SecAgg/1 contributor set"
  case maskPrivateKey = "SecAgg/1 mask private key"
  case shareSealing = "SecAgg/1 share sealing"
  case shareCommitment = "SecAgg/1 share commitment"
  case pairwiseMask = "SecAgg/1 pairwise mask"
  case selfMask = "SecAgg/1 self mask"
  case inputContext = "SecAgg/1 input context"
  case selfMaskCommitment = "SecAgg/1 self mask commitment"
  case messageChecksum = "SecAgg/1 message checksum"
  case clientState = "SecAgg/1 suspended client"
  case sealedClient = "SecAgg/1 sealed client"
  case serverState = "SecAgg/1 server state"
  case recordChain = "SecAgg/1 record chain"
  case recordedContributors = "SecAgg/1 recorded contributors"
}

/// 32 public bytes: a BLAKE2b-256 digest, a session id or a public key's encoding.
///
/// It is stored inline as four little-endian words, so thousands of digests need no allocation.
public struct Digest: Sendable, Hashable {
  /// The number of bytes of a digest.
  public static let byteCount = 32

  let words: (UInt64, UInt64, UInt64, UInt64)

  /// Creates a digest from exactly 32 bytes; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self = bytes.withContiguousBytes { Digest(span: $0) }
  }

  init(words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    let words = (
      words.0.littleEndian, words.1.littleEndian, words.2.littleEndian, words.3.littleEndian
    )
    return unsafe withUnsafeBytes(of: words) { unsafe Array($0) }
  }

  /// Two digests are equal when all their bytes are.
  public static func == (left: Digest, right: Digest) -> Bool {
    left.words == right.words
  }

  /// Feeds the four words to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension Digest: CustomStringConvertible {
  /// The bytes in hexadecimal.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

extension Digest {
  /// The first 32 bytes of `span`, which has at least as many.
  init(span: Span<UInt8>) {
    self.init(
      words: (
        span.littleEndianWord(at: 0), span.littleEndianWord(at: 8), span.littleEndianWord(at: 16),
        span.littleEndianWord(at: 24)
      ))
  }
}

/// The digests in records on disk, for `FLRecords`.
package enum RecordDigest {
  /// The predecessor of the first line: 32 zero bytes.
  package static let beforeFirstLine = Digest(words: (0, 0, 0, 0))

  /// Returns the digest of a line and, through `previous`, of all lines before it.
  ///
  /// - Parameter previous: the digest of the line before, or ``beforeFirstLine``.
  package static func ofLine(_ line: [UInt8], after previous: Digest) -> Digest {
    Hashing.digest(.recordChain) { message in
      message.write(previous)
      message.write(lengthPrefixed: line)
    }
  }

  /// Returns the digest of a session's contributors. Their order does not matter.
  package static func ofContributors(_ contributors: [ClientID], session: Digest) -> Digest {
    Hashing.digest(.recordedContributors) { message in
      message.write(session)
      message.write(ids: contributors.sorted())
    }
  }
}
