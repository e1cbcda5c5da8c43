import FLMath
import Foundation
@testable import SecAgg
import SecAggWire

/// What a message costs its receiver, from its bytes to the changed state: CPU time of one thread, and
/// memory while it lasts.
///
/// Most clients are forged: their sealed shares and masked inputs are made up, which the server cannot
/// tell. Those under test, and the receivers, are real.
enum ReceivingBenchmarks {
  private static let suite = "receiving"

  static func run(_ results: inout Results, clients: Int, elements: Int) throws {
    for threatModel in ThreatModel.allCases {
      let graph = try SessionAssumptions(cohortSize: clients, threatModel: threatModel)
        .smallestGraph()
      let half = clients / 2 + 1
      for (name, degree, threshold) in [
        ("complete", clients - 1, half), ("sparse", graph.degree, graph.threshold),
      ] {
        let parameters = try SessionParameters(
          threatModel: threatModel, cohortSize: clients, degree: degree, threshold: threshold,
          layout: VectorLayout(
            elementCount: elements,
            lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: clients)),
          minimumContributors: 2,
          applicationContext: SessionParameters.applicationContext(of: []))
        var session = try MeasuredSession(parameters)
        let costs = try session.run() + MeasuredSession.rejected(parameters)
        for cost in costs { cost.add(to: &results, suite, "\(threatModel), \(name): ") }
      }
    }
  }
}

/// CPU time and memory of the receivers of one kind of message.
private struct ReceivingCost {
  let message: String
  var byteCount = 0
  var seconds: [Double] = []
  var memory: [Double] = []

  init(_ message: String) { self.message = message }

  mutating func measure(_ bytes: [UInt8], _ body: ([UInt8]) throws -> Void) rethrows {
    let before = PeakMemory.reset()
    let start = Stopwatch.Clock.cpu.seconds()
    try body(bytes)
    seconds.append(Stopwatch.Clock.cpu.seconds() - start)
    memory.append(max(0, PeakMemory.peak() - before))
    byteCount = max(byteCount, bytes.count)
  }

  func add(to results: inout Results, _ suite: String, _ prefix: String) {
    let name = "\(prefix)\(message), \(byteCount) bytes"
    results.add(Figure(suite, name, unit: "ms", seconds: seconds, perSecond: 1e3))
    results.add(
      Figure(
        suite, "  memory", unit: "MB", median: memory.max() ?? 0, minimum: memory.min(),
        maximum: memory.max()))
  }
}

/// The resident memory of this process, as Linux counts it. Freed memory that is used again does not
/// show; with `MALLOC_MMAP_THRESHOLD_=4096 MALLOC_TRIM_THRESHOLD_=0` in the environment, glibc keeps none
/// of more than a page.
private enum PeakMemory {
  /// Forgets the peak and returns what is resident now, in megabytes.
  static func reset() -> Double {
    #if os(Linux)
      try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    #endif
    return value("VmRSS")
  }

  static func peak() -> Double { value("VmHWM") }

  private static func value(_ key: String) -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
    return Double(line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first ?? "0")
      .map { $0 / 1024 } ?? 0
  }
}

/// A session with some real clients. Every message is received for real.
private struct MeasuredSession {
  /// The clients under test.
  private static let measured = 3

  private let parameters: SessionParameters
  private let clients: [MeasuredClient]
  private var server: ServerSession
  private var costs: [ReceivingCost] = []

  init(_ parameters: SessionParameters) throws {
    self.parameters = parameters
    let ids = ClientID.all(cohortSize: parameters.cohortSize)
    let keys = try ids.map { _ in try MeasuredIdentity() }
    let directory = try PinnedIdentities(
      Dictionary(uniqueKeysWithValues: zip(ids, keys.map { $0.key.publicKey })))
    clients = try zip(ids, keys).map { try MeasuredClient($0, parameters, $1, directory) }
    server = ServerSession(parameters: parameters, identities: directory)
  }

  /// Carries out the session; what each message has cost its receiver.
  mutating func run() throws -> [ReceivingCost] {
    try receive("KeyAdvertisement") { client, _ in client.advertisement }
    try answer("RosterAnnouncement") { try $0.shareKeys(with: $1) }
    let sealed = try made(SealedShares(bytes: [UInt8](repeating: 7, count: SealedShares.byteCount)))
    let (digest, wordCount) = (parameters.digest, parameters.layout.wordCount)
    try receive("ShareDistribution") { client, server in
      if let distribution = client.distribution { return distribution }
      guard case .rosterAnnouncement(let roster) = try server.message(for: client.id) else {
        throw OutOfTurn()
      }
      return .shareDistribution(
        ShareDistribution(
          session: digest, sender: client.id, selfMaskCommitment: digest,
          shares: roster.neighbours.map { AddressedShares(peer: $0.sender, shares: sealed) }))
    }
    try answer("ShareDelivery") { try $0.mask($1) }
    try receive("MaskedInput") { client, _ in
      client.maskedInput
        ?? .maskedInput(
          MaskedInput(
            session: digest, sender: client.id, words: [UInt64](repeating: 1, count: wordCount)))
    }
    if parameters.threatModel == .malicious {
      try answer("ContributorAnnouncement") { try $0.check($1) }
      var set: ContributorSet?
      var roster: Digest?
      if case .consistencyCheck(let phase) = server.state {
        set = ContributorSet(phase.contributions.isContributor)
        roster = phase.contributions.roster.commitment
      }
      let (contributors, commitment) = (try made(set), try made(roster))
      try receive("ContributorEndorsement") { client, _ in
        .contributorEndorsement(
          ContributorEndorsement(
            session: digest, sender: client.id,
            signature: contributors.endorsement(
              by: client.identity.key, session: digest, roster: commitment)))
      }
    }
    try answer("UnmaskingRequest") { try $0.unmask($1) }
    // Made-up shares do not open. A response with as many revealed shares is longer.
    let share = try SecretShare(bytes: [UInt8](repeating: 1, count: SecretShare.byteCount))
    try receive("UnmaskingResponse", closing: false) { client, _ in
      guard case .unmaskingResponse(let response) = client.response else { throw OutOfTurn() }
      return .unmaskingResponse(
        UnmaskingResponse(
          session: digest, sender: client.id,
          shares: (response.shares.map { $0.subject } + response.unopened).sorted().map {
            RevealedShare(subject: $0, kind: .selfMask, share: share)
          }, unopened: []))
    }
    return costs
  }

  /// The clients' messages of a round. Only those under test are measured.
  private mutating func receive(
    _ name: String, closing: Bool = true,
    _ message: (MeasuredClient, ServerSession) throws -> ClientMessage
  ) throws {
    var cost = ReceivingCost(name)
    for (index, client) in clients.enumerated() {
      guard index < Self.measured else {
        guard closing else { break }
        try server.receive(message(client, server), from: client.id)
        continue
      }
      let bytes = try message(client, server).serialized()
      try cost.measure(bytes) {
        try server.receive(ClientMessage(serialized: $0, from: client.id), from: client.id)
      }
    }
    costs.append(cost)
    if closing { try server.closeRound() }
  }

  /// The server's messages that open a round, for the clients under test.
  private mutating func answer(
    _ name: String, _ receive: (MeasuredClient, ServerMessage) throws -> Void
  ) throws {
    var cost = ReceivingCost(name)
    for client in clients.prefix(Self.measured) {
      let bytes = try server.message(for: client.id).serialized()
      try cost.measure(bytes) { try receive(client, ServerMessage(serialized: $0)) }
    }
    costs.append(cost)
  }

  /// The costliest of some messages of the largest size that nobody accepts.
  static func rejected(_ parameters: SessionParameters) -> [ReceivingCost] {
    /// The filling of the body: its number, the repeated field, and the number of the entry that holds it.
    let fillings: [(body: UInt8, filling: [UInt8], entry: UInt8?)] = [
      (11, [0x12, 0], nil), (11, [0x28, 1], nil), (11, [0x12, 0], 2), (11, [0x12, 0], 3),
      (14, [0x10, 1], nil), (14, [1], 2), (12, [0x0a, 0], nil), (13, [0x0a, 0], nil),
    ]
    func message(_ count: Int, _ body: UInt8, _ filling: [UInt8], _ entry: UInt8?) -> [UInt8] {
      func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var (length, bytes) = (content.count, [number << 3 | 2])
        while length > 127 {
          bytes.append(UInt8(length & 127) | 128)
          length >>= 7
        }
        return bytes + [UInt8(length)] + content
      }
      let content = Array(repeatElement(filling, count: (count - 12) / filling.count).joined())
      return [0x08, 1] + field(body, entry.map { field($0, content) } ?? content)
    }
    var fromClient = ReceivingCost("rejected by the server")
    var fromServer = ReceivingCost("rejected by a client")
    for (body, filling, entry) in fillings {
      fromClient.measure(
        message(parameters.maximumClientMessageByteCount, body, filling, entry)
      ) { _ = try? ClientMessage(serialized: $0, from: ClientID.all(cohortSize: 1)[0]) }
      fromServer.measure(
        message(parameters.maximumServerMessageByteCount, body, filling, entry)
      ) { _ = try? ServerMessage(serialized: $0) }
    }
    return [fromClient, fromServer]
  }
}

/// An identity that can be handed around.
private final class MeasuredIdentity {
  let key: IdentityKey

  init() throws { key = try IdentityKey() }
}

/// A client in whichever round it is in, and what it sent last.
private final class MeasuredClient {
  let id: ClientID
  let identity: MeasuredIdentity
  let advertisement: ClientMessage
  private(set) var distribution: ClientMessage?
  private(set) var maskedInput: ClientMessage?
  private(set) var response: ClientMessage?
  private let parameters: SessionParameters
  private let directory: PinnedIdentities
  private var advertising: AdvertiseKeysRound?
  private var sharing: ShareKeysRound?
  private var masking: MaskedInputRound?
  private var checking: ConsistencyCheckRound?

  init(
    _ id: ClientID, _ parameters: SessionParameters, _ identity: MeasuredIdentity,
    _ directory: PinnedIdentities
  ) throws {
    let policy = ClientPolicy(applicationContext: parameters.applicationContext)
    let round =
      parameters.threatModel == .malicious
      ? try AdvertiseKeysRound(
        id: id, parameters: parameters, policy: policy, signedBy: identity.key)
      : try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
    (self.id, self.identity) = (id, identity)
    (self.parameters, self.directory) = (parameters, directory)
    advertisement = .keyAdvertisement(round.message)
    advertising = consume round
  }

  func shareKeys(with message: ServerMessage) throws {
    guard case .rosterAnnouncement(let message) = message, let round = advertising.take() else {
      throw OutOfTurn()
    }
    let next = try round.shareKeys(with: message, identities: directory, execution: .threads(1))
    distribution = .shareDistribution(next.message)
    sharing = consume next
  }

  func mask(_ message: ServerMessage) throws {
    guard case .shareDelivery(let message) = message, let round = sharing.take() else {
      throw OutOfTurn()
    }
    let layout = parameters.layout
    let input = try PackedVector(
      [UInt64](repeating: 1, count: layout.elementCount), layout: layout)
    let next = try round.maskInput(input, delivery: message, execution: .threads(1))
    maskedInput = .maskedInput(next.message)
    masking = consume next
  }

  func check(_ message: ServerMessage) throws {
    guard case .contributorAnnouncement(let message) = message, let round = masking.take() else {
      throw OutOfTurn()
    }
    checking = try round.checkConsistency(of: message, signedBy: identity.key)
  }

  func unmask(_ message: ServerMessage) throws {
    guard case .unmaskingRequest(let message) = message else { throw OutOfTurn() }
    if let round = checking.take() {
      response = .unmaskingResponse(try round.unmask(message))
    } else if let round = masking.take() {
      response = .unmaskingResponse(try round.unmask(message))
    }
  }
}

private struct OutOfTurn: Error {}

private func made<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw OutOfTurn() }
  return value
}
