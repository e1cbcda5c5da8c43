import FLMath
import Testing

@testable import SecAgg

/// The transcripts. In each, one client leaves in every round and the others still make a sum.
enum SessionVectors {
  static let all = [
    file("session-semi-honest", .semiHonest, cohortSize: 7, valueBits: 29),
    file(
      "session-semi-honest-sparse", .semiHonest, cohortSize: 9, degree: 4, valueBits: 62 - 2,
      .aes256ctr),
    file("session-malicious", .malicious, cohortSize: 12, valueBits: 60, .aes256ctr),
    file("session-malicious-sparse", .malicious, cohortSize: 14, degree: 8, valueBits: 28),
    file("session-signed", .semiHonest, cohortSize: 7, valueBits: 12, lanes: .signed),
    file(
      "session-input-context", .semiHonest, cohortSize: 7, valueBits: 29,
      inputContext: .fixed("session-input-context, input context")),
  ]

  private static func file(
    _ name: String, _ model: ThreatModel, cohortSize: Int, degree: Int? = nil, valueBits: Int,
    _ cipher: MaskCipher = .chacha20, lanes kind: LaneKind = .unsigned,
    inputContext: Hex? = nil
  ) -> VectorFile<SessionVector> {
    VectorFile(
      name: name,
      about: "A session with all its secrets; the clients with ids 1, 2, ... leave one in each "
        + "round. Keys: TestVectors/README.md."
    ) {
      // In a sparse graph not every session survives its leavers: the first that does is taken.
      for attempt in 0..<64 {
        let lanes = try ElementLanes(
          kind, minimumValueBits: valueBits, maximumContributors: cohortSize)
        var input = try inputs(name, attempt, model, cohortSize, degree, lanes, cipher)
        input.inputContext = inputContext
        if (try? SessionVector(input)) != nil { return [input] }
      }
      throw NoSession()
    }
  }

  private struct NoSession: Error {}

  private static func inputs(
    _ name: String, _ attempt: Int, _ model: ThreatModel, _ cohortSize: Int, _ degree: Int?,
    _ lanes: ElementLanes, _ cipher: MaskCipher
  ) throws -> SessionVector.Input {
    // The least that the threat model allows.
    let threshold = model == .malicious ? (degree ?? cohortSize - 1) / 2 + 1 : 2
    let record = ParametersRecord(
      sessionId: .fixed("\(name), session \(attempt)"), threatModel: model.rawValue,
      cohortSize: cohortSize, degree: degree ?? cohortSize - 1, threshold: threshold,
      elementCount: lanes.kind == .signed ? 7 : 5, valueBits: lanes.valueBits,
      maximumContributors: cohortSize, minimumContributors: 3, laneKind: lanes.kind.rawValue,
      maskCipher: cipher.rawValue,
      applicationContext: Hex(
        SessionParameters.applicationContext(of: Array("test vectors".utf8))))
    let leavings: [Leaving] =
      [.beforeAdvertiseKeys, .beforeShareKeys, .beforeMaskedInput]
      + (model == .malicious ? [.beforeConsistencyCheck] : []) + [.beforeUnmasking]
    let clients = (1...cohortSize).map { number in
      let client = "\(name), client \(number)"
      let maskSecret = Hex.fixedElements("\(client), mask secret", count: 5)
      let selfMaskSecret = Hex.fixedElements("\(client), self-mask secret", count: 5)
      let rest = 5 * (threshold - 1)
      return SessionVector.ClientSecrets(
        id: UInt32(number), leaves: number <= leavings.count ? leavings[number - 1] : .never,
        identitySeed: model == .malicious ? .fixed("\(client), identity") : nil,
        sealingPrivateKey: .fixed("\(client), sealing key"), maskSecret: maskSecret,
        selfMaskSecret: selfMaskSecret,
        selfMaskCoefficients: Hex(
          selfMaskSecret.bytes
            + Hex.fixedElements("\(client), self-mask coefficients", count: rest).bytes),
        maskCoefficients: Hex(
          maskSecret.bytes + Hex.fixedElements("\(client), mask coefficients", count: rest).bytes),
        nonces: (0..<record.degree).map { .fixed("\(client), nonce \($0)", count: 24) },
        elements: elements("\(client), vector", number, lanes))
    }
    return SessionVector.Input(parameters: record, clients: clients)
  }

  /// Elements of all sizes. Of signed ones, the first has a sum that wraps below, the second one that
  /// wraps above, and the fourth, which fills its lane with ones, borrows from the fifth.
  private static func elements(_ name: String, _ client: Int, _ lanes: ElementLanes) -> [String] {
    switch lanes.kind {
    case .unsigned:
      let mask = UInt64(1) << UInt64(lanes.valueBits) - 1
      return Hex.fixed(name, count: 40).words.map { String($0 & mask) }
    case .signed:
      let half = Int64(1) << Int64(lanes.valueBits - 1)
      let drawn = Hex.fixed(name, count: 56).words.map {
        Int64(bitPattern: $0) >> Int64(64 - lanes.valueBits + 3)
      }
      return ([-half, half - Int64(client), drawn[2], -1] + drawn[4...]).map { String($0) }
    }
  }
}
