import CSodium
import FLMath
import Testing

@testable import SecAgg

/// Masks are the ChaCha20 key stream, wherever one starts and however long one reads.
@Suite("Mask expansion")
struct MaskExpanderTests {
  /// The first words of the stream of a seed, from libsodium in one piece.
  static func stream(of seed: [UInt8], wordCount: Int) -> [UInt64] {
    var bytes = [UInt8](repeating: 0, count: 8 * wordCount)
    let nonce = [UInt8](repeating: 0, count: 12)
    _ = unsafe crypto_stream_chacha20_ietf(&bytes, UInt64(bytes.count), nonce, seed)
    var words = [UInt64](repeating: 0, count: wordCount)
    for (place, byte) in bytes.enumerated() {
      words[place / 8] |= UInt64(byte) << UInt64(8 * (place % 8))
    }
    return words
  }

  private func applied(
    _ direction: MaskExpander.Direction, seed: [UInt8], to words: [UInt64], in range: Range<Int>,
    streamOffset: UInt64
  ) -> [UInt64] {
    var part = Array(words[range])
    var span = part.mutableSpan
    MaskExpander.chacha20.apply(
      direction, seed: seed.span, to: &span, streamOffset: streamOffset)
    return words[..<range.lowerBound] + part + words[range.upperBound...]
  }

  @Test("libsodium's key stream is that of RFC 8439, section 2.4.2")
  func standard() {
    let key = (0..<32).map { UInt8($0) }
    let nonce: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0x4a, 0, 0, 0, 0]
    let plaintext = Array(
      ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        + "future, sunscreen would be it.").utf8)
    var output = [UInt8](repeating: 0, count: plaintext.count)
    _ = unsafe crypto_stream_chacha20_ietf_xor_ic(
      &output, plaintext, UInt64(plaintext.count), nonce, 1, key)
    #expect(
      output
        == OctetString.hex(
          "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b"
            + "f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8"
            + "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736"
            + "5af90bbf74a35be6b40b8eedf2785e42874d"))
  }

  /// Key, nonce and counter all zero.
  @Test("the mask of the zero seed is the block of RFC 8439, appendix A.1, vector 1")
  func zeroSeed() {
    let mask = applied(
      .add, seed: [UInt8](repeating: 0, count: 32), to: [UInt64](repeating: 0, count: 8),
      in: 0..<8, streamOffset: 0)
    var bytes = HandEncoding()
    for word in mask { bytes.word(word) }
    #expect(
      bytes.bytes
        == OctetString.hex(
          "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"))
  }

  @Test("entered at every word of the first blocks", arguments: 0...70)
  func offsets(offset: Int) {
    var generator = SimulationGenerator(seed: UInt64(offset))
    let seed = OctetString.random(32, &generator)
    let stream = Self.stream(of: seed, wordCount: 1200)
    for count in [0, 1, 2, 7, 8, 9, 500, 513, 1100] {
      let mask = applied(
        .add, seed: seed, to: [UInt64](repeating: 0, count: count), in: 0..<count,
        streamOffset: UInt64(offset))
      #expect(mask == Array(stream[offset..<offset + count]), "seed \(offset), \(count) words")
    }
  }

  @Test(
    "lengths around the borders of blocks, chunks and pieces",
    arguments: Array(1...17) + Array(503...521) + [1023, 1024, 1025] + Array(8191...8193))
  func lengths(count: Int) {
    var generator = SimulationGenerator(seed: UInt64(count))
    let seed = OctetString.random(32, &generator)
    let words = (0..<count).map { _ in generator.next() }
    let stream = Self.stream(of: seed, wordCount: count)
    let added = applied(.add, seed: seed, to: words, in: 0..<count, streamOffset: 0)
    let taken = applied(.subtract, seed: seed, to: words, in: 0..<count, streamOffset: 0)
    #expect(added == zip(words, stream).map { $0 &+ $1 }, "seed \(count)")
    #expect(taken == zip(words, stream).map { $0 &- $1 }, "seed \(count)")
  }

  @Test("a range is masked from the offset on, and nothing outside it")
  func ranges() {
    var generator = SimulationGenerator(seed: 12)
    let seed = OctetString.random(32, &generator)
    let stream = Self.stream(of: seed, wordCount: 4000)
    for trial in 0..<100 {
      let words = (0..<1500).map { _ in generator.next() }
      let lower = Int(generator.next() % 1500)
      let upper = lower + Int(generator.next() % UInt64(1501 - lower))
      let offset = Int(generator.next() % 2500)
      var expected = words
      for index in lower..<upper { expected[index] &+= stream[offset + index - lower] }
      let found = applied(
        .add, seed: seed, to: words, in: lower..<upper, streamOffset: UInt64(offset))
      #expect(found == expected, "seed 12, trial \(trial)")
    }
  }

  /// Near the end of the largest vector: 2^32 words, in block 2^29.
  @Test("far into the stream")
  func farOffset() {
    let seed = [UInt8](repeating: 5, count: 32)
    let nonce = [UInt8](repeating: 0, count: 12)
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = unsafe crypto_stream_chacha20_ietf_xor_ic(
      &bytes, bytes, 64, nonce, 1 << 29, seed)
    let mask = applied(
      .add, seed: seed, to: [UInt64](repeating: 0, count: 8), in: 0..<8, streamOffset: 1 << 32)
    var found = HandEncoding()
    for word in mask { found.word(word) }
    #expect(found.bytes == bytes)
  }
}
