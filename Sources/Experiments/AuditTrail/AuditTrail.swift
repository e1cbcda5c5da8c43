package import FLMath
import FLRecords
import SecAgg

/// The audit log of a run: the clients of each sum, and the clients that have opted out.
package final class AuditTrail {
  private var log: AuditLog
  private let path: String
  /// The folder of a log that is for this run only.
  private let folder: TemporaryFolder
  /// The rounds that earlier runs have recorded; this run counts on from them.
  let earlierRounds: Int
  /// Whether the log had sums when it was opened.
  package let hasSums: Bool

  /// The smallest number of clients in a sum that the demo's logs allow.
  static let minimumGroupSize = 2

  /// Opens a log, or begins one; without a path, one that is deleted in the end.
  ///
  /// - Parameter participation: the rule of a training with correlated noise. The log is then that training's.
  /// - Throws: `FLRecordsError`; what `FileManager` throws.
  package init(at path: String?, participation: ParticipationRule? = nil) throws {
    let folder = try TemporaryFolder()
    let path = path ?? folder.path(of: "audit.jsonl")
    self.path = path
    self.folder = folder
    // A demo has few clients, and random ones drop out. So the log warns of sums with nearly the same clients, and the
    // run goes on.
    log = try AuditLog(
      at: path, minimumGroupSize: Self.minimumGroupSize, overlaps: .warn,
      participation: participation)
    let earlier = try Self.rounds(at: path).keys.max()
    earlierRounds = earlier ?? 0
    hasSums = earlier != nil
  }

  /// The number of sums of this run with nearly the same clients as an earlier sum.
  private(set) var overlappingSums = 0
  private var recordedSums = 0

  /// A line about these overlaps, for the terminal.
  package var overlapText: String {
    "Audit log: \(overlappingSums) of \(recordedSums) sums differ from an earlier one by fewer than "
      + "\(Self.minimumGroupSize) clients, whose updates subtraction would show; the log warns of them."
  }

  /// The present register of opt-outs.
  var optOuts: OptOutRegister { log.optOuts }

  /// The clients that have opted out.
  package var optedOut: Set<UInt32> { log.optOuts.clients }

  /// Whether a rule bounds the rounds of a client.
  package var hasParticipationRule: Bool { log.participation != nil }

  /// Records a sum that was released in a round of this run, counted from 1; with a participation rule, in a
  /// round counted from 0 without those that released no sum.
  ///
  /// - Parameters:
  ///   - contributors: the clients in the sum, by their ids within the session.
  ///   - clients: the clients of the session, in the order of those ids.
  ///   - model: the model that they started from.
  ///   - optOuts: the register from which the round's clients were selected.
  func record(
    round: Int, contributors: [ClientID], of clients: [UInt32], in parameters: SessionParameters,
    model: ParameterVector, selectedWith optOuts: OptOutRegister
  ) throws {
    let overlap = try log.record(
      ReleasedSum(
        round: hasParticipationRule ? round : earlierRounds + round,
        participants: contributors.map { clients[Int($0.rawValue) - 1] },
        contributors: contributors, parameters: parameters, model: Self.digest(of: model)),
      selectedWith: optOuts)
    recordedSums += 1
    if overlap != nil { overlappingSums += 1 }
  }

  /// Records that a client opts out.
  func optOut(_ client: UInt32) throws {
    try log.optOut(client)
  }

  /// The log's entries for one client.
  func history(of client: UInt32) throws -> ClientHistory {
    try AuditLogReader(at: path).history(of: client)
  }

  /// The contributors of each of the first rounds of this run; none for a round without a sum.
  func participants(rounds: Int) throws -> ParticipationHistory {
    let recorded = try Self.rounds(at: path)
    return try ParticipationHistory(
      rounds: (1...rounds).map { recorded[earlierRounds + $0] ?? [] })
  }

  /// The digest of a model for the log.
  static func digest(of model: ParameterVector) -> Digest {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * model.values.count)
    for value in model.values {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
      }
    }
    return SessionParameters.applicationContext(of: bytes)
  }

  /// The contributors of every round of a log.
  private static func rounds(at path: String) throws -> [Int: [UInt32]] {
    var reader = try AuditLogReader(at: path)
    var rounds: [Int: [UInt32]] = [:]
    while let line = try reader.next() {
      guard case .released(let sum, _, _) = line.entry else { continue }
      rounds[sum.round, default: []] += sum.participants
    }
    return rounds
  }
}
