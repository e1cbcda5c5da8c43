import FLMath
@testable import SecAgg

/// Unmasking one and the same session's sum with one thread and with two.
enum UnmaskingBenchmarks {
  private static let elements = 1_000_000

  /// The complete graph; 30 % of the clients leave after sharing their keys.
  static func run(_ results: inout Results, clients: Int) throws {
    let leaving = clients * 3 / 10
    let server = try server(clients: clients, leaving: leaving)
    let sum = vector().map { $0 * UInt64(clients - leaving) }
    try ThreadComparison.run(
      &results, "Unmasking", "n = \(clients), m = 10^6, 30 % dropped",
      ratio: "two threads over one", unit: "s", perSecond: 1, runs: 3,
      target: clients == 1_000 ? 1.9 : nil
    ) { execution in
      var server = server
      let aggregate = try server.unmask(execution: execution)
      guard aggregate.sums.unsigned == sum else { throw WrongSum() }
    }
  }

  /// What every client sends.
  private static func vector() -> [UInt64] {
    (0..<elements).map { UInt64($0 & 0xffff) }
  }

  /// A server that has all answers.
  private static func server(clients count: Int, leaving: Int) throws -> ServerSession {
    let layout = try VectorLayout(
      elementCount: elements,
      lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: count))
    let parameters = try SessionParameters(
      cohortSize: count, threshold: (count - 1) / 2 + 1, layout: layout, minimumContributors: 2,
      maskCipher: MaskCipher.available.contains(.aes256ctr) ? .aes256ctr : .chacha20,
      applicationContext: SessionParameters.applicationContext(of: []))
    let input = try PackedVector(vector(), layout: layout)
    let clients = try ClientID.all(cohortSize: count).map {
      try Client(id: $0, parameters: parameters)
    }
    var server = ServerSession(parameters: parameters)
    for client in clients {
      try server.receive(client.advertise(), from: client.id)
    }
    try server.closeRound()
    print("\n\(count) clients share their keys ...")
    for client in clients {
      try server.receive(client.answer(server.message(for: client.id), input), from: client.id)
    }
    try server.closeRound()
    print("\(count - leaving) of them mask their vectors ...")
    for client in clients.dropFirst(leaving) {
      try server.receive(client.answer(server.message(for: client.id), input), from: client.id)
    }
    try server.closeRound()
    for client in clients.dropFirst(leaving) {
      try server.receive(client.answer(server.message(for: client.id), input), from: client.id)
    }
    return server
  }

  private struct WrongSum: Error, CustomStringConvertible {
    var description: String { "the unmasked sum is not that of the clients' vectors" }
  }
}

/// A client in whichever round it is in.
private final class Client {
  let id: ClientID
  private var advertising: AdvertiseKeysRound?
  private var sharing: ShareKeysRound?
  private var masking: MaskedInputRound?

  init(id: ClientID, parameters: SessionParameters) throws {
    self.id = id
    advertising = try AdvertiseKeysRound(
      id: id, parameters: parameters,
      policy: ClientPolicy(applicationContext: parameters.applicationContext))
  }

  func advertise() throws -> ClientMessage {
    guard let round = advertising.take() else { throw OutOfTurn() }
    let message = ClientMessage.keyAdvertisement(round.message)
    advertising = consume round
    return message
  }

  func answer(_ message: ServerMessage, _ input: PackedVector) throws -> ClientMessage {
    switch message {
    case .rosterAnnouncement(let announcement):
      guard let round = advertising.take() else { throw OutOfTurn() }
      let next = try round.shareKeys(with: announcement)
      let answer = ClientMessage.shareDistribution(next.message)
      sharing = consume next
      return answer
    case .shareDelivery(let delivery):
      guard let round = sharing.take() else { throw OutOfTurn() }
      let next = try round.maskInput(input, delivery: delivery)
      let answer = ClientMessage.maskedInput(next.message)
      masking = consume next
      return answer
    case .unmaskingRequest(let request):
      guard let round = masking.take() else { throw OutOfTurn() }
      return .unmaskingResponse(try round.unmask(request))
    case .contributorAnnouncement:
      throw OutOfTurn()
    }
  }

  private struct OutOfTurn: Error {}
}
