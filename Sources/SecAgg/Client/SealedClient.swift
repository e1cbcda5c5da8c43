/// A suspended client under a key of its owner's, so that it can be left where others may read: XChaCha20-
/// Poly1305 with the key derived from the owner's and a label.
///
/// The bytes are a format version, the round, and the sealed state. Version and round are readable, and
/// bound to the state.
package enum SealedClient {
  /// The number of bytes of a key.
  package static let keyByteCount = 32

  private static let formatVersion: UInt8 = 1
  private static let headerByteCount = 2

  /// Seals what the `suspend()` of a round gave.
  package static func seal(
    _ state: borrowing SecretBytes, of round: ProtocolRound, under key: borrowing SecretBytes
  ) -> [UInt8] {
    let header = [formatVersion, round.rawValue]
    let sealingKey = sealingKey(from: key)
    let sealed = state.withBytes { state in
      sealingKey.withBytes { sealingKey in
        AuthenticatedEncryption.seal(
          state, key: sealingKey, associatedData: associatedData(header))
      }
    }
    return header + sealed
  }

  /// The round of a sealed client; `nil` for bytes that are none.
  package static func round(of sealed: [UInt8]) -> ProtocolRound? {
    guard sealed.count >= headerByteCount, sealed[0] == formatVersion else { return nil }
    return ProtocolRound(rawValue: sealed[1])
  }

  /// The state, for the `init(resuming:)` of its round; `nil` if the bytes were damaged, or sealed
  /// under another key.
  package static func open(
    _ sealed: [UInt8], with key: borrowing SecretBytes
  ) -> SecretBytes? {
    guard round(of: sealed) != nil else { return nil }
    let header = Array(sealed[..<headerByteCount])
    let sealingKey = sealingKey(from: key)
    return sealingKey.withBytes { sealingKey -> SecretBytes? in
      AuthenticatedEncryption.open(
        sealed[headerByteCount...], key: sealingKey, associatedData: associatedData(header))
    }
  }

  /// The owner's key may have other uses.
  private static func sealingKey(from key: borrowing SecretBytes) -> SecretBytes {
    key.withBytes { Hashing.deriveKey(from: $0, .sealedClient) { _ in } }
  }

  private static func associatedData(_ header: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(label: .sealedClient)
    writer.write(raw: header)
    return writer.bytes
  }
}
