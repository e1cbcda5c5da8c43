import CSecAggABI
import FLMath
import SecAgg
import Testing

/// A threat model and a graph to run a session in.
struct Setting: Sendable, CustomTestStringConvertible {
  let threatModel: Int
  let degree: UInt32

  var testDescription: String {
    (isMalicious ? "malicious" : "semi-honest") + (degree == 0 ? ", complete graph" : ", degree 8")
  }

  var isMalicious: Bool { threatModel == SECAGG_MALICIOUS }

  static let all = [
    Setting(threatModel: SECAGG_SEMI_HONEST, degree: 0),
    Setting(threatModel: SECAGG_SEMI_HONEST, degree: 8),
    Setting(threatModel: SECAGG_MALICIOUS, degree: 0),
    Setting(threatModel: SECAGG_MALICIOUS, degree: 8),
  ]

  static let semiHonest = all[0]
  static let malicious = all[2]

  /// The rounds in order.
  var rounds: [Int] {
    [SECAGG_ADVERTISE_KEYS, SECAGG_SHARE_KEYS, SECAGG_MASKED_INPUT]
      + (isMalicious ? [SECAGG_CONSISTENCY_CHECK] : []) + [SECAGG_UNMASKING]
  }

  /// The round after another one, or SECAGG_ENDED.
  func round(after round: Int) -> Int { rounds.first { $0 > round } ?? SECAGG_ENDED }
}

/// Settings in which a whole number is its own code, so that rounding is not at random: what comes of a
/// session can be compared bit by bit.
enum ExactFedAvg {
  static let parameterCount = 300
  static let maximumWeight: UInt64 = 8
  /// The largest code of the 17 bits that the lanes of 12 contributors leave: the step is 1.
  static let bound = 65535.0

  static func settings(cohortSize: Int, counterCount: Int = 0) -> secagg_fedavg_settings {
    secagg_fedavg_settings(
      struct_size: UInt32(MemoryLayout<secagg_fedavg_settings>.size), minimum_value_bits: 16,
      parameter_count: UInt64(parameterCount), clipping_bound: bound, norm_bound: .infinity,
      maximum_weight: maximumWeight, maximum_contributors: UInt32(cohortSize),
      counter_count: UInt32(counterCount))
  }

  static func handle(cohortSize: Int, counterCount: Int = 0) throws -> Handle {
    var settings = settings(cohortSize: cohortSize, counterCount: counterCount)
    return try Handle({ secagg_fedavg_free($0) }) { secagg_fedavg_create(&settings, $0, $1) }
  }

  /// The same in Swift.
  static func swift(cohortSize: Int) throws -> SecureFedAvg {
    let secure = try SecureFedAvg(
      parameterCount: parameterCount, clippingBound: bound, maximumWeight: maximumWeight,
      maximumContributors: cohortSize)
    #expect(secure.codec.step == 1)
    return secure
  }
}
