import FLMath
import SecAggWire
import Testing

@testable import SecAgg

/// Parameters as vectors state them.
struct ParametersRecord: Codable {
  var sessionId: Hex
  var threatModel: UInt8
  var cohortSize: Int
  var degree: Int
  var threshold: Int
  var elementCount: Int
  var valueBits: Int
  var maximumContributors: Int
  var minimumContributors: Int
  var laneKind: UInt8
  var maskCipher: UInt8
  var applicationContext: Hex

  func parameters() throws -> SessionParameters {
    let lanes = try ElementLanes(
      #require(LaneKind(rawValue: laneKind)), minimumValueBits: valueBits,
      maximumContributors: maximumContributors)
    try #require(lanes.valueBits == valueBits)
    return try SessionParameters(
      sessionID: sessionId.digest, threatModel: #require(ThreatModel(rawValue: threatModel)),
      cohortSize: cohortSize, degree: degree, threshold: threshold,
      layout: VectorLayout(elementCount: elementCount, lanes: lanes),
      minimumContributors: minimumContributors,
      maskCipher: #require(MaskCipher(rawValue: maskCipher)),
      applicationContext: applicationContext.digest)
  }
}

/// When a client of a transcript falls silent; it has answered every message before.
enum Leaving: String, Codable {
  case beforeAdvertiseKeys = "before round 0"
  case beforeShareKeys = "before round 1"
  case beforeMaskedInput = "before round 2"
  case beforeConsistencyCheck = "before round 3"
  case beforeUnmasking = "before round 4"
  case never = "never"

  func isGone(in round: ProtocolRound) -> Bool {
    let last: UInt8 =
      switch self {
      case .beforeAdvertiseKeys: 0
      case .beforeShareKeys: 1
      case .beforeMaskedInput: 2
      case .beforeConsistencyCheck: 3
      case .beforeUnmasking: 4
      case .never: 5
      }
    return round.rawValue >= last
  }
}

/// A whole session with all its secrets.
struct SessionVector: VectorCase {
  struct Input: Codable {
    var parameters: ParametersRecord
    /// Left out of sessions without one.
    var inputContext: Hex?
    var clients: [ClientSecrets]
  }

  /// What a client brings: its vector and everything that it draws at random.
  struct ClientSecrets: Codable {
    var id: UInt32
    var leaves: Leaving
    var identitySeed: Hex?
    var sealingPrivateKey: Hex
    var maskSecret: Hex
    var selfMaskSecret: Hex
    /// Five for each power of x from 0 on; the constant terms are the secret.
    var selfMaskCoefficients: Hex
    var maskCoefficients: Hex
    /// One for each neighbour in id order.
    var nonces: [Hex]
    var elements: [String]
  }

  /// What follows for a client, as far as it takes part.
  struct ClientValues: Codable {
    var id: UInt32
    var identityPublicKey: Hex?
    var sealingPublicKey: Hex
    var maskPrivateKey: Hex
    var maskPublicKey: Hex
    var neighbours: [UInt32]?
    var selfMaskCommitment: Hex
    var selfMaskSeed: Hex
    var shares: [ShareValues]?
    var packedWords: Hex
    var selfMask: Hex
    var pairwiseMasks: [PairwiseValues]?
    var maskedWords: Hex?
  }

  /// One pair of shares on its way to a neighbour.
  struct ShareValues: Codable {
    var receiver: UInt32
    var agreedSecret: Hex
    var sealingKey: Hex
    var commitments: Hex
    var associatedData: Hex
    var nonce: Hex
    var plaintext: Hex
    var sealed: Hex
  }

  /// One mask that two clients have in common.
  struct PairwiseValues: Codable {
    var peer: UInt32
    var agreedSecret: Hex
    var seed: Hex
    var sign: String
    var mask: Hex
  }

  /// One message, from or to a client.
  struct Message: Codable {
    var round: UInt8
    var direction: String
    var client: UInt32
    var checksum: Hex
    var bytes: Hex
  }

  var input: Input
  var parametersEncoding: Hex
  var sessionDigest: Hex
  var parametersMessage: Hex
  var roster: [UInt32]
  var rosterCommitment: Hex
  var clients: [ClientValues]
  var messages: [Message]
  var contributors: [UInt32]
  var sums: [String]

  init(_ input: Input) throws {
    let replay = try SessionReplay(input)
    var run = replay
    let aggregate = try run.run()
    let parameters = replay.parameters
    var encoding = ByteWriter()
    parameters.write(to: &encoding)
    self.input = input
    parametersEncoding = Hex(encoding.bytes)
    sessionDigest = Hex(parameters.digest)
    parametersMessage = Hex(try parameters.serialized())
    roster = run.roster.map(\.rawValue)
    rosterCommitment = Hex(try #require(run.commitment))
    clients = try input.clients.map { try run.values(of: $0) }
    messages = run.messages
    contributors = aggregate.contributors.map(\.rawValue)
    sums =
      switch aggregate.sums {
      case .unsigned(let sums): sums.map { String($0) }
      case .signed(let sums): sums.map { String($0) }
      }
    try #require(aggregate.faults.isEmpty)
  }
}
