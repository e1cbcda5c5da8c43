import FLMath
import FLRecords
import Foundation
import SecAgg
import Testing

/// Released sums of cohorts that differ by one client (Lam et al. 2021, "Gradient Disaggregation"): the
/// sessions are honest, and the difference of their sums is that client's vector.
@Suite("Attack: sums that are subtracted")
struct OverlappingCohortsAttackTests {
  private static let minimum = 4

  /// A session of clients with the same vector in every session, as in a round that is repeated.
  private func session(
    of clients: [UInt32], vectors: [UInt32: [UInt64]]
  ) throws -> (UnmaskedAggregate, SessionParameters) {
    let parameters = try testParameters(
      cohortSize: clients.count, threshold: 3, minimumContributors: Self.minimum)
    var inputs: [ClientID: PackedVector] = [:]
    for (id, client) in zip(ClientID.all(cohortSize: clients.count), clients) {
      inputs[id] = try PackedVector(try #require(vectors[client]), layout: parameters.layout)
    }
    var session = try SimulatedSession(parameters: parameters, inputs: inputs)
    return (try session.run(), parameters)
  }

  private func released(
    _ aggregate: UnmaskedAggregate, _ parameters: SessionParameters, of clients: [UInt32],
    round: Int
  ) throws -> ReleasedSum {
    try ReleasedSum(
      round: round, participants: aggregate.contributors.map { clients[Int($0.rawValue) - 1] },
      contributors: aggregate.contributors, parameters: parameters,
      model: parameters.applicationContext)
  }

  @Test("the difference is one client's vector; the log rejects the second sum, or warns of it")
  func oneClient() throws {
    var generator = SimulationGenerator(seed: 3)
    var vectors: [UInt32: [UInt64]] = [:]
    for client in 1...8 as ClosedRange<UInt32> {
      vectors[client] = (0..<7).map { _ in UInt64(generator.below(1 << 16)) }
    }
    let cohorts: [[UInt32]] = [Array(1...8), [1, 2, 3, 5, 6, 7, 8]]
    let sums = try cohorts.map { try session(of: $0, vectors: vectors) }
    let first = try #require(sums[0].0.sums.unsigned)
    let second = try #require(sums[1].0.sums.unsigned)
    #expect(zip(first, second).map { $0 - $1 } == vectors[4])

    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for overlaps in [OverlapPolicy.reject, .warn] {
      let path = folder.appending(path: "\(overlaps.rawValue).jsonl").path
      var log = try AuditLog(at: path, minimumGroupSize: Self.minimum, overlaps: overlaps)
      let records = try zip(sums, cohorts).enumerated().map { index, sum in
        try released(sum.0.0, sum.0.1, of: sum.1, round: index + 1)
      }
      #expect(try log.record(records[0], selectedWith: log.optOuts) == nil)
      // It is known before the session, and when the inputs are in.
      for overlap in [
        log.possibleOverlap(of: cohorts[1], minimumContributors: 7),
        log.overlap(of: records[1].participants),
      ] {
        #expect(overlap?.round == 1 && overlap?.line == 2 && overlap?.differing == 1)
      }
      let optOuts = log.optOuts
      switch overlaps {
      case .reject:
        var refusal: FLRecordsError?
        do { try log.record(records[1], selectedWith: optOuts) } catch { refusal = error }
        #expect(
          refusal
            == .audit(.overlap(round: 2, earlier: 1, line: 2, differing: 1, minimum: Self.minimum)))
      case .warn:
        #expect(try log.record(records[1], selectedWith: optOuts)?.differing == 1)
      }
      // A sum of exactly the same clients isolates nobody.
      #expect(try log.record(records[0], selectedWith: optOuts) == nil)
      _ = consume log
      var reader = try AuditLogReader(at: path)
      var entries: [AuditEntry] = []
      while let line = try reader.next() { entries.append(line.entry) }
      let sum = AuditEntry.released(sum: records[0], optOutsAsOfLine: 1, optedOut: 0)
      #expect(entries.count == (overlaps == .reject ? 2 : 4))
      #expect(entries.first == sum)
      #expect(entries.contains(.overlapping(line: 2, differing: 1)) == (overlaps == .warn))
    }
  }
}
