import FLMath
import Testing

@testable import SecAgg

/// The set of ids on a roster, from which ranks follow.
@Suite("Roster ids")
struct RosterIDsTests {
  @Test("bits written out by hand")
  func bits() throws {
    let ids = RosterIDs(try [1, 3, 8, 9, 20].map { try client($0) })
    #expect(ids.bytes == [0b1000_0101, 0b0000_0001, 0b0000_1000])
    #expect(ids.count == 5)
    #expect(ids.largest == 20)
    #expect(try [1, 3, 8, 9, 20].map { ids.rank(of: try client($0)) } == [0, 1, 2, 3, 4])
    for absent in [2, 4, 7, 10, 19, 21, 24, 25, 1 << 20] {
      #expect(ids.rank(of: try client(absent)) == nil)
    }
    #expect(ids.rank(of: try #require(ClientID(.max))) == nil)
  }

  @Test("ranks are positions in id order, at random", arguments: 0..<20)
  func ranks(round: Int) throws {
    let seed = UInt64(1000 + round)
    var generator = SimulationGenerator(seed: seed)
    let members = ClientID.all(cohortSize: 1 + 40 * round).filter { _ in
      Bool.random(using: &generator)
    }
    let ids = RosterIDs(members.shuffled(using: &generator))
    #expect(ids.count == members.count, "seed \(seed)")
    for (rank, id) in members.enumerated() { #expect(ids.rank(of: id) == rank, "seed \(seed)") }
    #expect(ids.largest == Int(members.last?.rawValue ?? 0), "seed \(seed)")
    if !members.isEmpty {
      #expect(RosterIDs(bytes: ids.bytes) == ids, "seed \(seed)")
      #expect(RosterIDs(bytes: ids.bytes + [0]) == nil, "one encoding only; seed \(seed)")
    }
  }

  @Test("no bytes and too many are refused")
  func length() {
    #expect(RosterIDs(bytes: []) == nil)
    #expect(RosterIDs(bytes: [0]) == nil)
    let most = [UInt8](repeating: 0xff, count: RosterIDs.maximumByteCount)
    #expect(RosterIDs(bytes: most)?.count == SessionParameters.maximumCohortSize)
    #expect(RosterIDs(bytes: most + [1]) == nil)
  }
}
