import SecAgg
import Testing

/// The requirements of Bell et al. 2020 in exact integers, every degree and every threshold tried.
private struct ExactSearch {
  let count: Int
  let corrupt: Int
  let dropped: Int
  let isMalicious: Bool
  let securityBits: UInt128
  let failureBits: UInt128

  /// Pascal's triangle. Up to 56 clients all products below stay under 2^128.
  private static let binomials: [[UInt128]] = {
    var rows: [[UInt128]] = [[1]]
    for _ in 1...56 {
      let last = rows[rows.count - 1]
      rows.append([1] + zip(last, last.dropFirst()).map { $0 + $1 } + [1])
    }
    return rows
  }()

  private func choose(_ n: Int, _ k: Int) -> UInt128 {
    k >= 0 && k <= n ? Self.binomials[n][k] : 0
  }

  /// The number of ways in which `marked` clients give a number of neighbours in `range`.
  private func ways(_ marked: Int, _ degree: Int, _ range: Range<Int>) -> UInt128 {
    range.reduce(0) { $0 + choose(marked, $1) * choose(count - marked, degree - $1) }
  }

  func smallest() -> GraphParameters? {
    let clients = UInt128(count)
    for degree in Array(stride(from: 2, to: count - 1, by: 2)) + [count - 1] {
      let all = choose(count, degree)
      let cuts = clients * UInt128(count - degree - 1) / 2
      guard cuts * choose(min(count, corrupt + dropped), degree) << (securityBits + 1) < all
      else { continue }
      guard
        let bound = (0...degree).first(where: { x in
          clients * ways(corrupt, degree, x + 1..<degree + 1) << (securityBits + 1) <= all
        })
      else { continue }
      for threshold in max(2, bound + 1)..<max(3, bound + 2, degree + 1) {
        guard threshold <= degree, !isMalicious || 2 * threshold > degree + bound else { continue }
        let failing = clients * ways(count - dropped, degree, 0..<threshold)
        if failing << failureBits < all {
          return GraphParameters(degree: degree, threshold: threshold)
        }
      }
    }
    return nil
  }
}

@Suite("Parameter calculator: against exact integers")
struct ExactSearchTests {
  @Test(
    "the smallest degree, the smallest threshold, for every number of corrupt and dropped clients",
    arguments: [3, 4, 5, 6, 7, 8, 9, 12, 15, 20, 27], [ThreatModel.semiHonest, .malicious])
  func everyNumber(count: Int, model: ThreatModel) throws {
    for corrupt in 0..<count {
      for dropped in 0..<count {
        try expectSame(count, corrupt, dropped, model, security: 40, failure: 20)
      }
    }
  }

  @Test(
    "weak and strong security, in which chance decides",
    arguments: [(40, 10, 5), (56, 5, 3), (56, 20, 20), (50, 30, 10), (45, 1, 1)],
    [ThreatModel.semiHonest, .malicious])
  func chance(setting: (count: Int, security: Int, failure: Int), model: ThreatModel) throws {
    for corrupt in stride(from: 0, to: setting.count, by: 4) {
      for dropped in stride(from: 0, to: setting.count, by: 3) {
        try expectSame(
          setting.count, corrupt, dropped, model, security: setting.security,
          failure: setting.failure)
      }
    }
  }

  private func expectSame(
    _ count: Int, _ corrupt: Int, _ dropped: Int, _ model: ThreatModel, security: Int, failure: Int
  ) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: count, corruptFraction: Double(corrupt) / Double(count),
      dropoutFraction: Double(dropped) / Double(count), threatModel: model,
      dropouts: .random, rosters: .full, securityBits: security, failureBits: failure)
    #expect(assumptions.corruptClients == corrupt)
    #expect(assumptions.droppedClients == dropped)
    let exact = ExactSearch(
      count: count, corrupt: corrupt, dropped: dropped, isMalicious: model == .malicious,
      securityBits: UInt128(security), failureBits: UInt128(failure)
    ).smallest()
    let found = try? assumptions.smallestGraph()
    #expect(found == exact, "\(count) clients, \(corrupt) corrupt, \(dropped) dropped, \(model)")
  }
}
