import FLMath
import SecAgg

@testable import FLRecords

/// What audit logs of tests are made of.
enum ExampleLog {
  /// A session of ten clients, of which `minimum` must be in the sum.
  static func parameters(minimum: Int = 4) throws -> SessionParameters {
    try SessionParameters(
      cohortSize: 10, threshold: 6,
      layout: VectorLayout(
        elementCount: 3, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 10)),
      minimumContributors: minimum, applicationContext: model(0))
  }

  /// The digest of the model before a round.
  static func model(_ round: Int) -> Digest {
    SessionParameters.applicationContext(of: [UInt8(round)])
  }

  /// A sum of clients, who are the first of the session in the order given.
  static func sum(
    round: Int, _ participants: [UInt32], minimum: Int = 4
  ) throws -> ReleasedSum {
    try ReleasedSum(
      round: round, participants: participants,
      contributors: Array(ClientID.all(cohortSize: 10).prefix(participants.count)),
      parameters: parameters(minimum: minimum), model: model(round))
  }

  /// All lines of a log.
  static func lines(of path: String) throws -> [AuditLine] {
    var reader = try AuditLogReader(at: path)
    var lines: [AuditLine] = []
    while let line = try reader.next() { lines.append(line) }
    return lines
  }
}
