import FLMath
import SecAgg

/// When a client leaves a test session.
enum LeavingPoint: Int, CaseIterable, Sendable {
  case beforeAdvertisingKeys
  case beforeSharingKeys
  case beforeMaskedInput
  case beforeUnmasking
  case never

  func isGone(in round: ProtocolRound) -> Bool {
    switch round {
    case .advertiseKeys: rawValue <= LeavingPoint.beforeAdvertisingKeys.rawValue
    case .shareKeys: rawValue <= LeavingPoint.beforeSharingKeys.rawValue
    case .maskedInput: rawValue <= LeavingPoint.beforeMaskedInput.rawValue
    case .consistencyCheck, .unmasking: rawValue <= LeavingPoint.beforeUnmasking.rawValue
    }
  }
}

/// A session with all its clients in one process, whose messages a test may change on their way.
struct SimulatedSession {
  let parameters: SessionParameters
  let inputs: [ClientID: PackedVector]
  let clients: [SimulatedClient]
  var server: ServerSession
  /// Called after every message that the server took.
  var afterEachMessage: (inout ServerSession) throws -> Void = { _ in }
  /// May change a client's message or hold it back.
  var onTheWay: (ClientMessage) -> ClientMessage? = { $0 }
  /// What the server refused.
  private(set) var refusals: [ServerError] = []
  /// What clients refused.
  private(set) var clientErrors: [ClientID: ClientError] = [:]

  init(parameters: SessionParameters, seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let largest = parameters.layout.lanes.maximumSum(contributors: 1)
    var inputs: [ClientID: PackedVector] = [:]
    for id in ClientID.all(cohortSize: parameters.cohortSize) {
      let elements = (0..<parameters.layout.elementCount).map { _ in generator.next() & largest }
      inputs[id] = try PackedVector(elements, layout: parameters.layout)
    }
    try self.init(parameters: parameters, inputs: inputs)
  }

  init(parameters: SessionParameters, inputs: [ClientID: PackedVector]) throws {
    self.parameters = parameters
    self.inputs = inputs
    clients = try inputs.keys.sorted().compactMap { id in
      try inputs[id].map { try SimulatedClient(id: id, parameters: parameters, input: $0) }
    }
    server = ServerSession(parameters: parameters, identities: TestIdentities.directory)
  }

  /// Runs one round: every client that is still there sends, the server refuses or takes.
  mutating func collect(
    _ round: ProtocolRound, leaving: [ClientID: LeavingPoint]
  ) throws {
    for client in clients {
      guard !(leaving[client.id] ?? .never).isGone(in: round), clientErrors[client.id] == nil
      else { continue }
      let answer: ClientMessage?
      if round == .advertiseKeys {
        answer = client.opening
      } else {
        // A client that a test has led further already does not answer again.
        guard let message = try? server.message(for: client.id), client.awaited == round else {
          continue
        }
        do throws(ClientError) {
          answer = try client.answer(message)
        } catch {
          clientErrors[client.id] = error
          continue
        }
      }
      guard let message = answer.flatMap(onTheWay) else { continue }
      do {
        try server.receive(message, from: client.id)
        try afterEachMessage(&server)
      } catch let error as ServerError {
        refusals.append(error)
      }
    }
  }

  /// Runs the whole session.
  ///
  /// - Parameter inputContext: the server's.
  mutating func run(
    leaving: [ClientID: LeavingPoint] = [:], inputContext: Digest? = nil
  ) throws -> UnmaskedAggregate {
    for round in ProtocolRound.rounds(in: parameters.threatModel) {
      try collect(round, leaving: leaving)
      if round != .unmasking { try server.closeRound() }
    }
    return try server.unmask(inputContext: inputContext)
  }

  /// The plaintext sum over `contributors`, element by element.
  func plaintextSum(of contributors: [ClientID]) -> [UInt64] {
    var sum = [UInt64](repeating: 0, count: parameters.layout.elementCount)
    for id in contributors {
      for (index, element) in (inputs[id]?.elements.unsigned ?? []).enumerated() {
        sum[index] += element
      }
    }
    return sum
  }
}

/// Parameters for tests: small vectors unless a test says otherwise.
func testParameters(
  threatModel: ThreatModel = .semiHonest, cohortSize: Int, degree: Int? = nil, threshold: Int,
  elementCount: Int = 7,
  minimumValueBits: Int = 16, minimumContributors: Int = 2, maskCipher: MaskCipher = .chacha20
) throws -> SessionParameters {
  try SessionParameters(
    threatModel: threatModel, cohortSize: cohortSize, degree: degree, threshold: threshold,
    layout: VectorLayout(
      elementCount: elementCount,
      lanes: UnsignedLanes(
        minimumValueBits: minimumValueBits, maximumContributors: cohortSize)),
    minimumContributors: minimumContributors, maskCipher: maskCipher,
    applicationContext: .testContext)
}
