import FLMath
import Testing

@testable import SecAgg

/// Who is whose neighbour.
@Suite("Neighbour graph")
struct NeighbourGraphTests {
  private func adjacency(count: Int, degree: Int, number: UInt64 = 1) -> [[Int]] {
    let graph = NeighbourGraph(
      count: count, degree: degree, commitment: RosterPermutationTests.commitment(number))
    return (0..<count).map { graph.neighbours(of: $0) }
  }

  private func isConnected(_ adjacency: [[Int]]) -> Bool {
    var reached: Set = [0]
    var open = [0]
    while let index = open.popLast() {
      for neighbour in adjacency[index] where reached.insert(neighbour).inserted {
        open.append(neighbour)
      }
    }
    return reached.count == adjacency.count
  }

  private func check(_ adjacency: [[Int]], degree: Int, _ comment: Comment) {
    for (index, neighbours) in adjacency.enumerated() {
      #expect(Set(neighbours).count == degree, comment)
      #expect(neighbours.count == degree, comment)
      #expect(neighbours == neighbours.sorted(), comment)
      #expect(!neighbours.contains(index), comment)
      for neighbour in neighbours {
        #expect(adjacency[neighbour].contains(index), comment)
      }
    }
    #expect(isConnected(adjacency), comment)
  }

  @Test("regular, symmetric, without loops, connected, for all small counts and even degrees")
  func small() {
    for count in 4...24 {
      for degree in stride(from: 2, to: count - 1, by: 2) {
        check(
          adjacency(count: count, degree: degree), degree: degree,
          "\(count) clients, degree \(degree)")
      }
    }
  }

  @Test("the same for larger ones", arguments: [(100, 12), (257, 30), (600, 34), (512, 510)])
  func large(count: Int, degree: Int) {
    check(adjacency(count: count, degree: degree), degree: degree, "\(count), \(degree)")
  }

  @Test("a degree of at least all others joins everybody", arguments: 2...9)
  func complete(count: Int) {
    for degree in [count - 1, count, count + 1, 1000] {
      let found = adjacency(count: count, degree: degree)
      #expect(found == (0..<count).map { index in (0..<count).filter { $0 != index } })
      #expect(NeighbourGraph.degree(degree, inRosterOf: count) == count - 1)
    }
    #expect(NeighbourGraph.degree(1, inRosterOf: count) == 1)
  }

  @Test("neighbours stand at most k / 2 places apart on the circle", arguments: [2, 4, 8])
  func circle(degree: Int) {
    let (count, commitment) = (23, RosterPermutationTests.commitment(5))
    let places = RosterPermutation(count: count, commitment: commitment).placeOfIndex
    let graph = NeighbourGraph(count: count, degree: degree, commitment: commitment)
    for index in 0..<count {
      let near = (0..<count).filter { other in
        let steps = abs(places[index] - places[other])
        return other != index && min(steps, count - steps) <= degree / 2
      }
      #expect(graph.neighbours(of: index) == near)
    }
  }

  @Test("the commitment determines the graph, another gives another")
  func determined() {
    let graphs = (UInt64(0)..<50).map { adjacency(count: 40, degree: 4, number: $0) }
    #expect(Set(graphs).count == 50)
    for (number, graph) in graphs.enumerated() {
      #expect(graph == adjacency(count: 40, degree: 4, number: UInt64(number)))
    }
  }

  @Test("parts of the roster hold together exactly if a walk along their edges reaches all of them")
  func partsHoldTogether() {
    var generator = SimulationGenerator(seed: 6)
    var outcomes: [Bool: Int] = [:]
    for number in UInt64(0)..<600 {
      let count = 3 + generator.below(30)
      let degree = 2 * (1 + generator.below((count + 1) / 2))
      let graph = NeighbourGraph(
        count: count, degree: degree, commitment: RosterPermutationTests.commitment(number))
      let isIncluded = (0..<count).map { _ in generator.below(4) > 0 }
      let part = isIncluded.indices.filter { isIncluded[$0] }
      let positions = Dictionary(uniqueKeysWithValues: part.enumerated().map { ($1, $0) })
      let edges = part.map { graph.neighbours(of: $0).compactMap { positions[$0] } }
      let expected = part.isEmpty || isConnected(edges)
      #expect(graph.isConnected { isIncluded[$0] } == expected, "\(count), \(degree), \(part)")
      outcomes[expected, default: 0] += 1
    }
    #expect(outcomes.values.allSatisfy { $0 > 50 } && outcomes.count == 2, "\(outcomes)")
  }

  /// Client 0 of 7 with 2 neighbours: each of the 15 pairs of others is one in 15.
  @Test("all sets of neighbours are equally likely")
  func uniform() {
    var counts: [[Int]: Int] = [:]
    for number in UInt64(50_000)..<52_000 {
      let graph = NeighbourGraph(
        count: 7, degree: 2, commitment: RosterPermutationTests.commitment(number))
      counts[graph.neighbours(of: 0), default: 0] += 1
    }
    #expect(counts.count == 15)
    #expect(ChiSquare.areUniform(Array(counts.values)))
  }
}
