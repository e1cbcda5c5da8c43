import Testing

@testable import SecAgg

/// No hash of one use can stand for another.
@Suite("Domain labels")
struct DomainLabelTests {
  static let all: [DomainLabel] = [
    .sessionParameters, .applicationContext, .rosterLeaf, .rosterNode, .rosterCommitment,
    .neighbourPermutation, .maskPrivateKey, .shareSealing, .pairwiseMask, .selfMask,
    .selfMaskCommitment, .messageChecksum, .clientState, .serverState, .keyAdvertisement,
    .contributorSet, .privateAveraging, .rotation, .recordChain, .recordedContributors,
    .sealedClient, .inputContext,
  ]

  @Test("labels name the protocol and its version, and differ")
  func distinct() {
    #expect(Set(Self.all.map(\.rawValue)).count == Self.all.count)
    for label in Self.all { #expect(label.rawValue.hasPrefix("SecAgg/1 ")) }
  }

  /// "self mask" begins "self mask commitment": only the length in front keeps them apart.
  @Test("no encoded label begins another")
  func prefixFree() {
    for label in Self.all {
      for other in Self.all where other != label {
        let encoded = ByteWriter(label: label).bytes
        #expect(!ByteWriter(label: other).bytes.starts(with: encoded), "\(label), \(other)")
      }
    }
  }

  @Test("the same fields under different labels give different digests and keys")
  func separation() {
    let secret = [UInt8](repeating: 1, count: 32)
    let digests = Set(Self.all.map { Hashing.digest($0) { $0.write(UInt64(1)) } })
    let keys = Set(
      Self.all.map { OctetString.of(Hashing.deriveKey(from: secret.span, $0) { _ in }) })
    #expect(digests.count == Self.all.count)
    #expect(keys.count == Self.all.count)
  }

  @Test("a label's bytes moved into the next field are another message")
  func shiftedBorder() {
    let secret = [UInt8](repeating: 1, count: 32)
    let long = Hashing.deriveKey(from: secret.span, .selfMaskCommitment) { _ in }
    let short = Hashing.deriveKey(from: secret.span, .selfMask) {
      $0.write(raw: Array(" commitment".utf8))
    }
    let (longBytes, shortBytes) = (OctetString.of(long), OctetString.of(short))
    #expect(longBytes != shortBytes)
  }
}
