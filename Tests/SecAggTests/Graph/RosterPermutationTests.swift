import FLMath
import Testing

@testable import SecAgg

/// The arrangement of the roster on a circle.
@Suite("Roster permutation")
struct RosterPermutationTests {
  static func commitment(_ number: UInt64) -> Digest {
    Digest(words: (number, 0, 0, 0))
  }

  @Test("every index stands at one place", arguments: [1, 2, 3, 10, 512, 513, 1025, 5000])
  func permutation(count: Int) {
    let permutation = RosterPermutation(count: count, commitment: Self.commitment(1))
    #expect(permutation.indexAtPlace.sorted() == Array(0..<count))
    #expect(permutation.placeOfIndex.sorted() == Array(0..<count))
    for (place, index) in permutation.indexAtPlace.enumerated() {
      #expect(permutation.placeOfIndex[index] == place)
    }
  }

  @Test("the commitment determines it")
  func determined() {
    let first = RosterPermutation(count: 100, commitment: Self.commitment(1))
    let again = RosterPermutation(count: 100, commitment: Self.commitment(1))
    let other = RosterPermutation(count: 100, commitment: Self.commitment(2))
    #expect(first.indexAtPlace == again.indexAtPlace)
    #expect(first.indexAtPlace != other.indexAtPlace)
  }

  /// Fisher and Yates from the highest place down, with words of the ChaCha20 stream under the
  /// labelled digest of the commitment, reduced by rejection.
  @Test("recomputed from its description", arguments: [2, 5, 64, 700, 1500])
  func recomputed(count: Int) {
    let commitment = Self.commitment(UInt64(count))
    var key = HandEncoding(label: "SecAgg/1 neighbour permutation")
    key.octets(commitment.bytes)
    let stream = MaskExpanderTests.stream(of: key.hashed(), wordCount: 2 * count)
    var expected = Array(0..<count)
    var next = 0
    for place in stride(from: count - 1, to: 0, by: -1) {
      let bound = UInt64(place + 1)
      // Words of the last, incomplete multiple of the bound are passed over.
      while stream[next] >= UInt64.max / bound * bound { next += 1 }
      expected.swapAt(place, Int(stream[next] % bound))
      next += 1
    }
    let permutation = RosterPermutation(count: count, commitment: commitment)
    #expect(permutation.indexAtPlace == expected)
  }

  /// All 24 arrangements of 4, over fixed commitments; see `ChiSquare` for the bound.
  @Test("all arrangements are equally likely")
  func uniform() {
    var counts: [[Int]: Int] = [:]
    for number in UInt64(0)..<2400 {
      let permutation = RosterPermutation(count: 4, commitment: Self.commitment(number))
      counts[permutation.indexAtPlace, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(ChiSquare.areUniform(Array(counts.values)))
  }

  @Test("every index is equally likely at every place")
  func places() {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 9), count: 9)
    for number in UInt64(10_000)..<12_000 {
      let permutation = RosterPermutation(count: 9, commitment: Self.commitment(number))
      for (place, index) in permutation.indexAtPlace.enumerated() { counts[place][index] += 1 }
    }
    for (place, counts) in counts.enumerated() {
      #expect(ChiSquare.areUniform(counts), "place \(place)")
    }
  }
}
