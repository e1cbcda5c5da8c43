import Testing

@testable import SecAgg

/// A server that wants to choose who neighbours whom, with advertisements that are all honestly
/// signed and, unless the test says otherwise, proofs that are all right for what they prove.
@Suite("Attack: chosen neighbours")
struct ChosenNeighboursAttackTests {
  private static let rank = 4

  private let parameters: SessionParameters
  private let roster: ForgedRoster
  private let victim: SigningClient

  init() throws {
    parameters = try testParameters(
      threatModel: .malicious, cohortSize: 12, degree: 4, threshold: 3)
    victim = try SigningClient(Self.rank + 1, parameters: parameters)
    var leaves: [KeyAdvertisement] = []
    for number in 1...9 {
      let peer = try SigningClient(number, parameters: parameters)
      leaves.append(number == Self.rank + 1 ? victim.advertisement : peer.advertisement)
    }
    roster = ForgedRoster(leaves, parameters: parameters)
  }

  @Test("the honest announcement of the same roster is accepted")
  func honest() throws {
    let round = try victim.share(roster.announcement(for: Self.rank))
    let peers = round.message.shares.map(\.peer)
    #expect(peers == roster.neighbours(of: Self.rank).map { roster.leaves[$0].sender })
  }

  @Test("any other four clients, each with its signature and its proof of inclusion")
  func others() {
    let right = roster.neighbours(of: Self.rank)
    let candidates = (0..<9).filter { $0 != Self.rank }
    var tried = 0
    for bits in 0..<256 where bits.nonzeroBitCount == 4 {
      let ranks = candidates.indices.filter { bits >> $0 & 1 == 1 }.map { candidates[$0] }
      guard ranks != right else { continue }
      victim.expectRefusal(
        of: roster.announcement(for: Self.rank, neighbours: ranks), .neighboursNotOfGraph)
      tried += 1
    }
    #expect(tried == 69)
  }

  @Test("ids other than those committed to, which move the client or its neighbours to other ranks")
  func otherIDs() throws {
    let honest = ClientID.all(cohortSize: 9)
    for left in 1...9 {
      for joined in 10...12 {
        let changed = try honest.filter { $0.rawValue != left } + [client(joined)]
        victim.expectRefusal(
          of: roster.announcement(for: Self.rank, ids: RosterIDs(changed)),
          .rosterProof(victim.id))
      }
    }
  }

  @Test("a commitment to ids of which one is on the roster's leaves at another rank")
  func shiftedIDs() throws {
    // Client 10 is claimed, client 1 denied: every id from 2 on is one rank below its leaf.
    let shifted = RosterIDs(try ClientID.all(cohortSize: 10).filter { $0 != (try client(1)) })
    let forged = ForgedRoster(roster.leaves, ids: shifted, parameters: parameters)
    for rank in [Self.rank - 1, Self.rank] {
      let ranks = forged.neighbours(of: rank).filter { $0 != Self.rank }
      guard ranks.count == 4 else { continue }
      let announcement = forged.announcement(for: rank, neighbours: ranks, own: forged.paths[rank])
      victim.expectRefusal(
        of: RosterAnnouncement(
          session: announcement.session, recipient: victim.id, rosterSize: 9,
          commitment: announcement.commitment, neighbours: announcement.neighbours,
          membership: announcement.membership),
        .rosterProof(victim.id))
    }
  }

  @Test("others under the paths of the right neighbours", arguments: 0..<4)
  func relabelled(index: Int) {
    let right = roster.neighbours(of: Self.rank)
    let stranger = (0..<9).first {
      $0 != Self.rank && !right.contains($0) && canStand($0, at: index, in: right)
    }
    // The graph is another in each run; in some, nobody else stands between these neighbours.
    guard let stranger else { return }
    var ranks = right
    ranks[index] = stranger
    victim.expectRefusal(
      of: roster.announcement(
        for: Self.rank, neighbours: ranks, paths: right.map { roster.paths[$0] }),
      .rosterProof(roster.leaves[stranger].sender))
  }

  private func canStand(_ rank: Int, at index: Int, in ranks: [Int]) -> Bool {
    (index == 0 || ranks[index - 1] < rank) && (index == 3 || rank < ranks[index + 1])
  }

  @Test("ids without the client, without a neighbour, too few, too many, beyond the cohort")
  func impossibleIDs() throws {
    let ranks = roster.neighbours(of: Self.rank)
    let neighbour = roster.leaves[try #require(ranks.first)].sender
    let all = ClientID.all(cohortSize: 9)
    let ten = try client(10)
    let wrong: [([ClientID], ClientID)] = [
      (all.filter { $0 != victim.id } + [ten], victim.id),
      (all.filter { $0 != victim.id }, victim.id),
      (all + [ten], victim.id),
      (all.dropLast() + [try client(13)], victim.id),
      ([], victim.id),
    ]
    for (ids, culprit) in wrong {
      // Committed to or not, the client does not accept them.
      let forged = ForgedRoster(roster.leaves, ids: RosterIDs(ids), parameters: parameters)
      victim.expectRefusal(of: forged.announcement(for: Self.rank), .rosterProof(culprit))
      victim.expectRefusal(
        of: roster.announcement(for: Self.rank, ids: RosterIDs(ids)), .rosterProof(culprit))
    }
    // The client stands where it should; its neighbour is denied.
    let without = RosterIDs(all.filter { $0 != neighbour } + [ten])
    if neighbour > victim.id {
      let forged = ForgedRoster(roster.leaves, ids: without, parameters: parameters)
      victim.expectRefusal(
        of: forged.announcement(for: Self.rank, neighbours: ranks), .rosterProof(neighbour))
    }
  }

  @Test("proofs that are too short, too long or bent, of the client and of each neighbour")
  func spoiltProofs() {
    let ranks = roster.neighbours(of: Self.rank)
    let changes: [([Digest]) -> [Digest]] = [
      { _ in [] },
      { Array($0.dropLast()) },
      { Array($0.dropFirst()) },
      { $0 + $0.suffix(1) },
      { $0.reversed() + $0 },
      { $0.dropLast() + [roster.commitment] },
    ]
    for change in changes {
      victim.expectRefusal(
        of: roster.announcement(for: Self.rank, own: change(roster.paths[Self.rank])),
        .rosterProof(victim.id))
      for index in ranks.indices {
        var paths = ranks.map { roster.paths[$0] }
        paths[index] = change(paths[index])
        victim.expectRefusal(
          of: roster.announcement(for: Self.rank, paths: paths),
          .rosterProof(roster.leaves[ranks[index]].sender))
      }
    }
  }

  @Test("proofs of another tree, in which one client advertised other keys")
  func anotherTree() throws {
    let ranks = roster.neighbours(of: Self.rank)
    let changed = try #require((0..<9).first { $0 != Self.rank && !ranks.contains($0) })
    var leaves = roster.leaves
    leaves[changed] = try SigningClient(changed + 1, parameters: parameters).advertisement
    let other = ForgedRoster(leaves, parameters: parameters)
    // Everything that the client sees of itself and its neighbours is the same but for the hashes.
    victim.expectRefusal(
      of: roster.announcement(for: Self.rank, paths: ranks.map { other.paths[$0] }),
      .rosterProof(roster.leaves[try #require(ranks.first)].sender))
    victim.expectRefusal(
      of: roster.announcement(for: Self.rank, own: other.paths[Self.rank]),
      .rosterProof(victim.id))
  }

  @Test("no proofs, one too few and one too many")
  func proofCount() {
    let ranks = roster.neighbours(of: Self.rank)
    let paths = ranks.map { roster.paths[$0] }
    for wrong in [[], Array(paths.dropLast()), paths + paths.suffix(1)] {
      victim.expectRefusal(
        of: roster.announcement(for: Self.rank, paths: wrong), .rosterProof(victim.id))
    }
    let bare = RosterAnnouncement(
      session: parameters.digest, recipient: victim.id, rosterSize: 9,
      commitment: roster.commitment, neighbours: ranks.map { roster.leaves[$0] })
    victim.expectRefusal(of: bare, .rosterProof(victim.id))
  }

  @Test("a roster size that the commitment is not to", arguments: [6, 7, 8])
  func rosterSize(size: Int) {
    #expect(throws: ClientError.self) {
      _ = try victim.share(roster.announcement(for: Self.rank, size: size))
    }
  }

  @Test(
    "a roster of degree + 1 clients, to whom no proofs need be shown, under a commitment to nine")
  func completeRosterOfFive() {
    let ranks = roster.neighbours(of: Self.rank)
    let announcement = RosterAnnouncement(
      session: parameters.digest, recipient: victim.id, rosterSize: 5,
      commitment: roster.commitment, neighbours: ranks.map { roster.leaves[$0] })
    victim.expectRefusal(of: announcement, .rosterProof(victim.id))
  }

  @Test("complete graph: a commitment to anything but the roster that is shown")
  func completeGraph() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3)
    let clients = try (1...5).map { try SigningClient($0, parameters: parameters) }
    let fresh = try SigningClient(2, parameters: parameters)
    let leaves = clients.map(\.advertisement)
    let victim = clients[0]
    func announcement(_ commitment: Digest) -> RosterAnnouncement {
      RosterAnnouncement(
        session: parameters.digest, recipient: victim.id, rosterSize: 5, commitment: commitment,
        neighbours: Array(leaves.dropFirst()))
    }
    _ = try victim.share(announcement(ForgedRoster(leaves, parameters: parameters).commitment))
    let wrong = [
      [leaves[0], fresh.advertisement] + leaves.dropFirst(2), Array(leaves.dropLast()),
      leaves.reversed(), leaves + leaves.suffix(1),
    ]
    for leaves in wrong {
      victim.expectRefusal(
        of: announcement(ForgedRoster(leaves, parameters: parameters).commitment),
        .rosterProof(victim.id))
    }
    victim.expectRefusal(of: announcement(parameters.digest), .rosterProof(victim.id))
  }
}
