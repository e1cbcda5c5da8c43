import FLMath
import SecAgg
import Testing

/// Counts in which of some classes clients are: an encoder as users write theirs.
private struct ClassCounter: VectorEncoder {
  enum Failure: Error, Equatable {
    case noSuchClass(Int)
    case otherLayout
  }

  let layout: VectorLayout

  init(classes: Int, clients: Int) throws {
    layout = try VectorLayout(
      elementCount: classes,
      lanes: UnsignedLanes(minimumValueBits: 2, maximumContributors: clients))
  }

  func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    SessionParameters.applicationContext(
      of: Array("\(task), \(layout.elementCount) classes".utf8))
  }

  func encode(_ member: Int, in session: SessionParameters) throws(Failure) -> PackedVector {
    guard (0..<layout.elementCount).contains(member) else { throw .noSuchClass(member) }
    let elements = (0..<layout.elementCount).map { $0 == member ? UInt64(1) : 0 }
    do {
      return try PackedVector(elements, layout: layout)
    } catch {
      throw .otherLayout
    }
  }

  func decode(_ aggregate: UnmaskedAggregate) throws(Failure) -> [Int] {
    guard aggregate.layout == layout, let sums = aggregate.sums.unsigned else {
      throw .otherLayout
    }
    return sums.map { Int($0) }
  }
}

/// What all encoders have in common.
@Suite("Vector encoders")
struct VectorEncoderTests {
  private static func broadcast(round: Int = 1, _ values: [Double] = [1, 2, 3]) throws -> Broadcast
  {
    Broadcast(
      model: try ParameterVector(
        layout: ParameterLayout([.init(name: "w", shape: [values.count])]), values: values),
      round: round)
  }

  @Test("an encoder of a user's goes through a session, with a client that drops out")
  func ownEncoder() throws {
    let counter = try ClassCounter(classes: 4, clients: 6)
    let context = counter.applicationContext(of: try Self.broadcast(), task: "classes")
    let parameters = try SessionParameters(
      cohortSize: 6, threshold: 3, layout: counter.layout, minimumContributors: 4,
      applicationContext: context)
    var server = ServerSession(parameters: parameters)
    let key = StorageKey()
    var stored: [ClientID: [UInt8]] = [:]
    for id in ClientID.all(cohortSize: 6) {
      let client = try ClientSession(
        id: id, parameters: parameters, policy: ClientPolicy(applicationContext: context))
      try server.receive(client.opening, from: id)
      stored[id] = client.stored(under: key)
    }
    let dropout = try client(5)
    var sum: UnmaskedAggregate?
    while sum == nil {
      sum = try server.closeRound()
      for message in server.messages {
        let id = message.recipient
        if id == dropout, message.round == .maskedInput { stored[id] = nil }
        guard let bytes = stored[id] else { continue }
        var client = try ClientSession(restoring: bytes, under: key)
        switch try client.handle(message) {
        case .reply(let reply): try server.receive(reply, from: id)
        case .inputNeeded:
          // An input that cannot be encoded changes nothing.
          #expect(throws: ClassCounter.Failure.noSuchClass(4)) {
            _ = try client.mask(4, by: counter)
          }
          let reply = try client.mask(Int(id.rawValue) % 3, by: counter)
          try server.receive(reply, from: id)
        case .stray(let reason): Issue.record(reason)
        }
        stored[id] = client.stored(under: key)
      }
    }
    let counts = try counter.decode(#require(sum))
    // Clients 1, 2, 3, 4 and 6 are in the classes 1, 2, 0, 1 and 0.
    #expect(counts == [2, 2, 1, 0])
  }

  @Test("an encoder of another layout is refused before it is asked, and nothing changes")
  func otherLayout() throws {
    let parameters = try testParameters(cohortSize: 6, threshold: 2)
    let lone = try LoneClient(number: 2, parameters: parameters)
    var session = try ClientSession(id: lone.id, parameters: parameters, policy: lone.policy)
    let other = try ClassCounter(classes: 4, clients: 6)
    #expect(throws: ClientError.inputNotNeeded(awaited: .shareKeys)) {
      _ = try session.mask(1, by: other)
    }
    let neighbours = try lone.advertisements(of: [1, 3, 4, 6])
    _ = try session.handle(.rosterAnnouncement(lone.announcement(neighbours: neighbours)))
    _ = try session.handle(.shareDelivery(lone.delivery(from: [1, 4, 6])))
    #expect(throws: ClientError.layoutMismatch) { _ = try session.mask(1, by: other) }
    let needsInput = session.needsInput
    #expect(needsInput)
  }

  @Test("contexts tell rounds, models, tasks, settings and compressors apart")
  func contexts() throws {
    func compressed(seed: UInt64 = 1, count: Int = 2, bound: Double = 1) throws
      -> CompressedEncoder<
        RandomSparsification
      >
    {
      try CompressedEncoder(
        RandomSparsification(dimension: 300, count: count, seed: seed, scaling: .none),
        clippingBound: bound, maximumWeight: 4, maximumContributors: 9)
    }
    func quantized(seed: UInt64 = 1, upper: Double = 1) throws -> QuantizedEncoder<
      CompressorChain<HadamardRotation, StochasticQuantization>
    > {
      let rotation = try HadamardRotation(dimension: 70, seed: seed)
      return try QuantizedEncoder(
        CompressorChain(
          rotation,
          then: StochasticQuantization(
            dimension: rotation.messageCount, lower: -1, upper: upper, bitsPerElement: 8)),
        bitsPerElement: 8, maximumContributors: 9)
    }
    let first = try Self.broadcast()
    var contexts = try [
      compressed().applicationContext(of: first, task: "a"),
      compressed(seed: 2).applicationContext(of: first, task: "a"),
      compressed(count: 3).applicationContext(of: first, task: "a"),
      compressed(bound: 2).applicationContext(of: first, task: "a"),
      quantized().applicationContext(of: first, task: "a"),
      quantized(seed: 2).applicationContext(of: first, task: "a"),
      quantized(upper: 2).applicationContext(of: first, task: "a"),
    ]
    for encoder in try [compressed() as any VectorEncoder, quantized()] {
      contexts.append(encoder.applicationContext(of: first, task: "b"))
      contexts.append(encoder.applicationContext(of: try Self.broadcast(round: 2), task: "a"))
      contexts.append(
        encoder.applicationContext(of: try Self.broadcast([1, 2, 4]), task: "a"))
      contexts.append(
        encoder.applicationContext(
          of: Broadcast(model: first.model, round: 1, control: [1]), task: "a"))
    }
    #expect(Set(contexts).count == contexts.count)
    #expect(try compressed().applicationContext(of: first, task: "a") == contexts[0])
    #expect(try quantized().applicationContext(of: first, task: "a") == contexts[4])
  }
}
