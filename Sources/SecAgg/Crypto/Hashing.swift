internal import CSodium

/// BLAKE2b-256 (RFC 7693) over domain-separated, length-prefixed input.
enum Hashing {
  /// The digest of `message`, whose first field is the domain label.
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

  /// Commits to a secret: public 32 bytes that only the same secret and context give again.
  static func commitment(
    to secret: Span<UInt8>, _ label: DomainLabel, _ write: (inout ByteWriter) -> Void
  ) -> Digest {
    var message = ByteWriter(label: label)
    write(&message)
    return digest(ofRaw: message.bytes.span, key: secret)
  }

  /// BLAKE2b-256 of bytes without any framing, and of a key of at most 64 bytes. Takes no memory.
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
