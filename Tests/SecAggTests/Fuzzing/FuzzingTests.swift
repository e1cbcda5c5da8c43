import FLMath
import Foundation
import SecAgg
import SecAggWire
import Testing

/// A hundred thousand mutated messages each, or as many as SECAGG_FUZZ_MESSAGES says: whatever comes,
/// nothing traps, and no wrong sum comes out.
@Suite("Fuzzing")
struct FuzzingTests {
  private static let messages =
    ProcessInfo.processInfo.environment["SECAGG_FUZZ_MESSAGES"].flatMap(Int.init) ?? 100_000
  private static let seed: UInt64 = 20_261_124

  @Test("parsers of client messages")
  func clientMessageParsers() throws {
    let samples = try SampleMessages.all().fromClients
    let bytes = try samples.map { try $0.serialized() }
    var mutator = MessageMutator(seed: Self.seed)
    var refused = 0
    for number in 0..<Self.messages {
      let index = number % bytes.count
      let sender = samples[index].sender
      let mutated = mutator.mutate(bytes[index], other: bytes[(number / 3) % bytes.count])
      do {
        let message = try ClientMessage(serialized: mutated.bytes, from: sender)
        #expect(samples.contains(message), "\(mutated)")
      } catch {
        #expect(error.sender == sender)
        refused += 1
      }
    }
    #expect(refused > Self.messages / 10 * 9)
  }

  @Test("parsers of server messages and parameters")
  func serverMessageParsers() throws {
    let all = try SampleMessages.all()
    let samples = all.fromServer
    let bytes = try samples.map { try $0.serialized() }
    let parameters = try all.parameters.serialized()
    var mutator = MessageMutator(seed: Self.seed + 1)
    var refused = 0
    for number in 0..<Self.messages / 2 {
      let mutated = mutator.mutate(bytes[number % bytes.count], other: parameters)
      do {
        let message = try ServerMessage(serialized: mutated.bytes)
        #expect(samples.contains(message), "\(mutated)")
      } catch {
        refused += 1
      }
      let damaged = mutator.mutate(parameters, other: bytes[number % bytes.count])
      do {
        #expect(try SessionParameters(serialized: damaged.bytes) == all.parameters, "\(damaged)")
      } catch {
        refused += 1
      }
    }
    #expect(refused > Self.messages / 10 * 9)
  }

  /// The state of a server before each message of a session, and the message.
  private func transcript() throws -> (
    session: SimulatedSession, steps: [(server: ServerSession, message: ClientMessage)]
  ) {
    let parameters = try testParameters(cohortSize: 6, degree: 4, threshold: 2, elementCount: 5)
    var session = try SimulatedSession(parameters: parameters, seed: Self.seed)
    let kept = Kept()
    session.onTheWay = {
      kept.messages.append($0)
      return $0
    }
    let leaver = try #require(ClientID(6))
    var server = ServerSession(parameters: parameters)
    var steps: [(ServerSession, ClientMessage)] = []
    for round in ProtocolRound.rounds(in: .semiHonest) {
      if round != .advertiseKeys { try session.server.closeRound() }
      server = session.server
      kept.messages = []
      try session.collect(round, leaving: [leaver: .beforeMaskedInput])
      for message in kept.messages {
        steps.append((server, message))
        try server.receive(message, from: message.sender)
      }
    }
    return (session, steps)
  }

  private final class Kept {
    var messages: [ClientMessage] = []
  }

  @Test("the server's ingest")
  func ingest() throws {
    let (session, steps) = try transcript()
    let parameters = session.parameters
    var mutator = MeaningfulMutator(seed: Self.seed + 2, cohortSize: parameters.cohortSize)
    var accepted = 0
    var refusals: Set<String> = []
    for number in 0..<Self.messages {
      var (server, message) = steps[number % steps.count]
      let mutated = mutator.mutate(message)
      let sender = mutator.number(below: 8) == 0 ? message.sender : mutated.sender
      let before = number % 16 == 0 ? server.stored() : []
      do {
        try server.receive(mutated, from: sender)
        accepted += 1
      } catch {
        #expect(error.culprit == sender, "message \(number) of seed \(Self.seed + 2)")
        refusals.insert(String("\(error)".filter(\.isLetter).suffix(24)))
        if !before.isEmpty { #expect(server.stored() == before) }
        // The round is as it was: the true message is still taken.
        #expect(throws: Never.self, "message \(number)") {
          try server.receive(message, from: message.sender)
        }
      }
    }
    #expect(accepted > 0)
    #expect(refusals.count >= 6)
  }

  @Test("a mutated answer never unmasks another sum")
  func answers() throws {
    let (session, steps) = try transcript()
    let answers = steps.filter { $0.message.round == .unmasking }
    let first = try #require(answers.first)
    var mutator = MeaningfulMutator(
      seed: Self.seed + 3, cohortSize: session.parameters.cohortSize)
    var released = 0
    for number in 0..<Self.messages / 50 {
      var server = first.server
      for step in answers {
        let isMutated = mutator.number(below: 3) == 0
        let message = isMutated ? mutator.mutate(step.message) : step.message
        try? server.receive(message, from: step.message.sender)
      }
      if let aggregate = try? server.unmask() {
        released += 1
        #expect(
          aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors),
          "session \(number) of seed \(Self.seed + 3)")
      }
    }
    #expect(released > Self.messages / 500)
  }

  @Test("clients")
  func clients() throws {
    let parameters = try testParameters(cohortSize: 6, degree: 4, threshold: 2, elementCount: 5)
    let recorded = try RecordedClient(parameters: parameters, seed: Self.seed)
    var mutator = MeaningfulMutator(seed: Self.seed + 4, cohortSize: 6)
    var refused = 0
    for _ in 0..<Self.messages / 10 {
      refused += try recorded.refusals(of: { mutator.mutate($0) })
    }
    #expect(refused > Self.messages / 10)
  }
}

/// One client of a session, asleep before each of the server's messages, so that it can be given
/// other ones again and again.
private struct RecordedClient {
  private let asleep: [(round: ProtocolRound, state: [UInt8], message: ServerMessage)]
  private let input: PackedVector

  init(parameters: SessionParameters, seed: UInt64) throws {
    let session = try SimulatedSession(parameters: parameters, seed: seed)
    var server = session.server
    let id = try #require(ClientID(1))
    input = try #require(session.inputs[id])
    for client in session.clients.dropFirst() {
      try server.receive(client.opening, from: client.id)
    }
    var asleep: [(ProtocolRound, [UInt8], ServerMessage)] = []
    func answerOthers(_ server: inout ServerSession) throws {
      for client in session.clients.dropFirst() {
        let message = try server.message(for: client.id)
        try server.receive(client.answer(message), from: client.id)
      }
    }
    let advertising = try AdvertiseKeysRound(
      id: id, parameters: parameters, policy: .expecting(parameters))
    try server.receive(.keyAdvertisement(advertising.message), from: id)
    try server.closeRound()
    let first = advertising.stored()
    asleep.append((.advertiseKeys, Self.bytes(first), try server.message(for: id)))
    guard case .rosterAnnouncement(let roster) = try server.message(for: id) else { throw Wrong() }
    let sharing = try AdvertiseKeysRound(restoring: first).shareKeys(with: roster)
    try server.receive(.shareDistribution(sharing.message), from: id)
    try answerOthers(&server)
    try server.closeRound()
    let second = sharing.stored()
    asleep.append((.shareKeys, Self.bytes(second), try server.message(for: id)))
    guard case .shareDelivery(let delivery) = try server.message(for: id) else { throw Wrong() }
    let masking = try ShareKeysRound(restoring: second).maskInput(input, delivery: delivery)
    try server.receive(.maskedInput(masking.message), from: id)
    try answerOthers(&server)
    try server.closeRound()
    asleep.append((.maskedInput, Self.bytes(masking.stored()), try server.message(for: id)))
    self.asleep = asleep
  }

  private struct Wrong: Error {}

  private static func bytes(_ secret: borrowing SecretBytes) -> [UInt8] {
    secret.withBytes { span in span.indices.map { span[$0] } }
  }

  /// Gives the client, in each of its rounds, a mutated message; counts how many it refused.
  func refusals(of mutate: (ServerMessage) -> ServerMessage) throws -> Int {
    var refused = 0
    for (round, state, message) in asleep {
      let secret = SecretBytes(copying: state)
      do {
        switch (round, mutate(message)) {
        case (.advertiseKeys, .rosterAnnouncement(let announcement)):
          _ = try AdvertiseKeysRound(restoring: secret).shareKeys(with: announcement)
        case (.shareKeys, .shareDelivery(let delivery)):
          _ = try ShareKeysRound(restoring: secret).maskInput(input, delivery: delivery)
        case (.maskedInput, .unmaskingRequest(let request)):
          _ = try MaskedInputRound(restoring: secret).unmask(request)
        default:
          throw Wrong()
        }
      } catch is ClientError {
        refused += 1
      }
    }
    return refused
  }
}
