import FLMath
import Testing

@testable import SecAgg

/// The part of a graph in which every client has enough neighbours.
@Suite("Core of the neighbour graph")
struct NeighbourGraphCoreTests {
  /// The definition: removes clients with too few neighbours until nothing changes.
  private func core(
    of isIncluded: [Bool], minimumDegree: Int, in graph: NeighbourGraph
  ) -> [Bool] {
    var isMember = isIncluded
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for index in isMember.indices where isMember[index] {
        guard graph.neighbours(of: index).count(where: { isMember[$0] }) < minimumDegree else {
          continue
        }
        isMember[index] = false
        hasChanged = true
      }
    }
    return isMember
  }

  @Test("the same clients as by the definition, and the counts of their neighbours")
  func definition() {
    var generator = SimulationGenerator(seed: 21)
    // How often nobody, somebody or everybody was removed.
    var outcomes = [0, 0, 0]
    for number in UInt64(0)..<800 {
      let count = 3 + generator.below(40)
      let degree = 2 * (1 + generator.below((count + 1) / 2))
      let graph = NeighbourGraph(
        count: count, degree: degree, commitment: RosterPermutationTests.commitment(number))
      let talkative = 2 + generator.below(4)
      let isIncluded = (0..<count).map { _ in generator.below(talkative) > 0 }
      let minimum = 1 + generator.below(min(degree, count) / 2 + 2)
      let comment: Comment = "\(count), \(degree), \(minimum), \(isIncluded)"
      let counts = (0..<count).map { graph.neighbours(of: $0).count { isIncluded[$0] } }
      #expect(graph.neighbourCounts(in: isIncluded) == counts, comment)
      let found = graph.core(of: isIncluded, minimumDegree: minimum)
      #expect(found == core(of: isIncluded, minimumDegree: minimum, in: graph), comment)
      outcomes[found == isIncluded ? 0 : found.contains(true) ? 1 : 2] += 1
    }
    #expect(outcomes.allSatisfy { $0 > 30 }, "\(outcomes)")
  }

  /// A gap of silent clients on the circle removes the clients beside it, and so on around the circle.
  /// A loop over all clients needs as many passes as that takes.
  @Test(
    "the neighbours of each removed client are looked up once, even if a gap removes all others")
  func lookUps() {
    let (count, degree, minimum) = (3_000, 20, 15)
    let graph = NeighbourGraph(
      count: count, degree: degree, commitment: RosterPermutationTests.commitment(1))
    let places = RosterPermutation(
      count: count, commitment: RosterPermutationTests.commitment(1)
    ).placeOfIndex
    for silent in [0, 5, 6, 20] {
      let isIncluded = places.map { $0 >= silent }
      var lookedUp: [Int] = []
      let found = NeighbourGraph.core(
        of: isIncluded, counts: graph.neighbourCounts(in: isIncluded), minimumDegree: minimum
      ) { index in
        lookedUp.append(index)
        return graph.neighbours(of: index)
      }
      let removed = isIncluded.indices.filter { isIncluded[$0] && !found[$0] }
      #expect(lookedUp.sorted() == removed, "\(silent) silent")
      #expect(removed.count == (silent > 5 ? count - silent : 0), "\(silent) silent")
    }
  }
}
