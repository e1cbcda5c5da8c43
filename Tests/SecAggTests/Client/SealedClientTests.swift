import SecAgg
import Testing

/// Suspended clients under a key of their owner's.
@Suite("Sealed clients")
struct SealedClientTests {
  private func key(_ byte: UInt8) -> SecretBytes {
    SecretBytes(copying: [UInt8](repeating: byte, count: SealedClient.keyByteCount))
  }

  private func opened(_ sealed: [UInt8], with key: borrowing SecretBytes) -> [UInt8]? {
    guard let state = SealedClient.open(sealed, with: key) else { return nil }
    return OctetString.of(state)
  }

  @Test("what was sealed opens with the same key, in the round that it was sealed in")
  func roundTrip() {
    for round in [ProtocolRound.advertiseKeys, .shareKeys, .maskedInput, .consistencyCheck] {
      let state = SecretBytes(copying: Array(0..<100))
      let sealed = SealedClient.seal(state, of: round, under: key(1))
      #expect(SealedClient.round(of: sealed) == round)
      #expect(opened(sealed, with: key(1)) == Array(0..<100))
      #expect(opened(sealed, with: key(2)) == nil)
    }
  }

  @Test("no byte can be changed, not even those that are readable")
  func damage() {
    let sealed = SealedClient.seal(
      SecretBytes(copying: Array(0..<100)), of: .shareKeys, under: key(1))
    for index in sealed.indices {
      for bit in 0..<8 {
        var damaged = sealed
        damaged[index] ^= 1 << UInt8(bit)
        #expect(opened(damaged, with: key(1)) == nil)
      }
    }
    for count in 0..<sealed.count {
      let cut = Array(sealed.prefix(count))
      #expect(opened(cut, with: key(1)) == nil)
    }
  }
}
