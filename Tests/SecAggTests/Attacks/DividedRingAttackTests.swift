import FLMath
import Testing

@testable import SecAgg

/// A server that shows distant parts of a sparse graph different sets of contributors. Neighbours of distant clients
/// have nobody in common, so endorsements by a client's own neighbours would not notice it.
@Suite("Attack: different sets for distant parts of the ring")
struct DividedRingAttackTests {
  private static let cohortSize = 48
  private static let degree = 8
  private static let threshold = 5

  /// The client in the middle of each half that only its own half is told of as late.
  private struct Ring {
    let stage: Stage
    let circle: [ClientID]
    var late: [ClientID] { [circle[12], circle[36]] }

    init() throws {
      stage = try Stage(
        parameters: testParameters(
          threatModel: .malicious, cohortSize: cohortSize, degree: degree, threshold: threshold,
          minimumContributors: cohortSize - 1), seed: 171)
      circle = RosterPermutation(count: cohortSize, commitment: stage.commitment).indexAtPlace
        .map { [stage] in stage.roster[$0] }
    }

    /// The set that the client at a place is shown.
    func view(at place: Int) -> Set<ClientID> {
      Set(stage.roster).subtracting([late[place < circle.count / 2 ? 0 : 1]])
    }

    /// Whether the shares that these clients reveal give the sum of fewer than the minimum: the self masks of all
    /// but the two late clients, and the mask keys of those two.
    func isEnough(_ reveals: (Int) -> Bool) -> Bool {
      circle.indices.allSatisfy { subject in
        let holders = (1...degree / 2).flatMap { distance in
          [distance, cohortSize - distance].map { (subject + $0) % cohortSize }
        }.filter { holder in
          // A late client's own half sees it as late, and a late client reveals nothing of that set.
          reveals(holder) && !late.contains(circle[holder])
            && (!late.contains(circle[subject]) || !view(at: holder).contains(circle[subject]))
        }
        return holders.count >= threshold
      }
    }
  }

  @Test("endorsements of neighbours alone would give a sum of fewer than the minimum")
  func byNeighbours() throws {
    let ring = try Ring()
    let isEnough = ring.isEnough { place in
      let sameView = (1...Self.degree / 2).flatMap { distance in
        [distance, Self.cohortSize - distance].map { (place + $0) % Self.cohortSize }
      }.filter { neighbour in
        ring.view(at: neighbour) == ring.view(at: place)
          && ring.view(at: neighbour).contains(ring.circle[neighbour])
      }
      return sameView.count >= Self.threshold
    }
    #expect(isEnough)
  }

  @Test("all honest clients that reveal anything reveal for one set")
  func byCommonEndorsers() throws {
    let ring = try Ring()
    let (stage, late) = (ring.stage, ring.late)
    var views: [ClientID: Set<ClientID>] = [:]
    for (place, id) in ring.circle.enumerated() where !late.contains(id) {
      views[id] = ring.view(at: place)
    }
    let answers = try stage.answers(to: views)
    // The endorsers are at the first places: only their half sees enough of them sign its set.
    let half = Set(ring.circle.prefix(Self.cohortSize / 2))
    #expect(Set(answers.map(\.sender)) == half.subtracting(late))
    let loot = try Loot(answers, of: stage)
    let both = Set(stage.roster).subtracting(late)
    #expect(try loot.sum(of: both) == nil)
    #expect(loot.exposed.isEmpty)
  }
}
