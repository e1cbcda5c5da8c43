import FLMath
import Testing

@testable import SecAgg

/// Which 40 bytes are a share.
@Suite("Shares")
struct SecretShareTests {
  @Test("bytes go in and come out")
  func roundTrip() throws {
    var generator = SimulationGenerator(seed: 40)
    for trial in 0..<200 {
      let words = (0..<5).map { _ in generator.next() % FieldElementTests.prime }
      var encoding = HandEncoding()
      for word in words { encoding.word(word) }
      let share = try SecretShare(bytes: encoding.bytes)
      #expect((0..<5).map { share[$0].value } == words, "seed 40, trial \(trial)")
      #expect(share.bytes == encoding.bytes, "seed 40, trial \(trial)")
    }
  }

  @Test("a word from 2^61 - 1 on is refused", arguments: 0..<5)
  func notReduced(word: Int) throws {
    for (value, isReduced) in [
      (FieldElementTests.prime - 1, true), (FieldElementTests.prime, false), (1 << 61, false),
      (.max, false),
    ] {
      var encoding = HandEncoding()
      for index in 0..<5 { encoding.word(index == word ? value : 0) }
      if isReduced {
        #expect(try SecretShare(bytes: encoding.bytes)[word].value == value)
      } else {
        #expect(throws: SecretShareError.notReduced(word: word)) {
          try SecretShare(bytes: encoding.bytes)
        }
      }
    }
  }

  @Test("any other number of bytes is refused", arguments: [0, 39, 41, 80])
  func wrongLength(count: Int) {
    #expect(throws: SecretShareError.wrongLength(found: count)) {
      try SecretShare(bytes: [UInt8](repeating: 0, count: count))
    }
  }
}
