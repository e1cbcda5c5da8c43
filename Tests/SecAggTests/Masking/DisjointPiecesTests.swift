import FLMath
import Testing

@testable import SecAgg

@Suite("Disjoint pieces")
struct DisjointPiecesTests {
  @Test("cover every vector once, in whole groups", arguments: [1, 2, 3, 8, 1024])
  private func cover(threadCount: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SimulationGenerator(seed: seed)
    let random = (0..<50).map { _ in Int.random(in: 0...2_000_000, using: &generator) }
    for wordCount in [0, 1, 127, 128, 1023, 1024, 1025, 8192, 8193, 500_001] + random {
      let pieces = DisjointPieces(wordCount: wordCount, threadCount: threadCount)
      let inOrder = (0..<pieces.count).map { pieces[$0] }.sorted { $0.lowerBound < $1.lowerBound }
      var end = 0
      for places in inOrder {
        #expect(places.lowerBound == end && !places.isEmpty, "\(wordCount) words, seed \(seed)")
        #expect(places.lowerBound.isMultiple(of: DisjointPieces.group))
        #expect(places.count < DisjointPieces.largest + DisjointPieces.group)
        end = places.upperBound
      }
      #expect(end == wordCount, "seed \(seed)")
    }
  }

  @Test("those that threads work on at the same time are no neighbours", arguments: [2, 3, 8])
  private func apart(threadCount: Int) {
    let pieces = DisjointPieces(wordCount: 1_000_000, threadCount: threadCount)
    for first in 0..<pieces.count - threadCount {
      for second in first + 1..<first + threadCount {
        #expect(pieces[first].upperBound != pieces[second].lowerBound, "\(first), \(second)")
        #expect(pieces[second].upperBound != pieces[first].lowerBound, "\(first), \(second)")
      }
    }
  }

  /// Were all pieces of one size, 61 of them, the second of two threads would wait for the last: a
  /// sixtieth of the time.
  @Test("threads that take equally long end together", arguments: [2, 3, 4, 8])
  private func balance(threadCount: Int) {
    for wordCount in [50_001, 500_001, 1_000_000] {
      let pieces = DisjointPieces(wordCount: wordCount, threadCount: threadCount)
      var ends = [Int](repeating: 0, count: threadCount)
      for piece in 0..<pieces.count {
        guard let next = ends.indices.min(by: { ends[$0] < ends[$1] }) else { continue }
        ends[next] += pieces[piece].count
      }
      let waiting = (ends.max() ?? 0) - (ends.min() ?? 0)
      #expect(
        waiting <= DisjointPieces.smallest + DisjointPieces.group, "\(wordCount) words: \(ends)")
    }
  }

  @Test("one thread takes pieces of the largest size")
  private func single() {
    let pieces = DisjointPieces(wordCount: 500_001, threadCount: 1)
    #expect(pieces.count == 62)
    #expect(pieces[60] == 60 * 8192..<61 * 8192)
  }
}
