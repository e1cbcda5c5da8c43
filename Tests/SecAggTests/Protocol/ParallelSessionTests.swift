import SecAgg
import Testing

/// Many sessions at a time, each with its clients in tasks of their own.
@Suite("Parallel sessions")
struct ParallelSessionTests {
  private static let cohortSize = 20

  @Test("10 sessions of 20 clients give 10 right sums")
  func parallel() async throws {
    let sums = try await withThrowingTaskGroup(of: (UInt64, UnmaskedAggregate).self) { group in
      for session in UInt64(1)...10 {
        group.addTask { (session, try await Self.run(session)) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(sums.count == 10)
    for (session, aggregate) in sums {
      #expect(aggregate.contributors == ClientID.all(cohortSize: Self.cohortSize))
      // Client i of session s holds s * i + j at position j; the ids sum up to 210.
      #expect(aggregate.sums.unsigned == (0..<7).map { 210 * session + 20 * $0 })
    }
  }

  private static func run(_ session: UInt64) async throws -> UnmaskedAggregate {
    let parameters = try testParameters(
      cohortSize: cohortSize, degree: session % 2 == 0 ? nil : 8, threshold: 4)
    let meetingPoint = MeetingPoint(server: ServerSession(parameters: parameters))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in ClientID.all(cohortSize: cohortSize) {
        group.addTask {
          let elements = (0..<7).map { session * UInt64(id.rawValue) + $0 }
          try await takePart(id, elements, parameters, at: meetingPoint)
        }
      }
      try await group.waitForAll()
    }
    return try await meetingPoint.unmask()
  }

  private static func takePart(
    _ id: ClientID, _ elements: [UInt64], _ parameters: SessionParameters,
    at meetingPoint: MeetingPoint
  ) async throws {
    let advertising = try AdvertiseKeysRound(
      id: id, parameters: parameters, policy: .expecting(parameters))
    guard
      case .rosterAnnouncement(let announcement) = try await meetingPoint.exchange(
        .keyAdvertisement(advertising.message), from: id)
    else { throw ServerError.noMessage(for: id) }
    let sharing = try advertising.shareKeys(with: announcement)
    guard
      case .shareDelivery(let delivery) = try await meetingPoint.exchange(
        .shareDistribution(sharing.message), from: id)
    else { throw ServerError.noMessage(for: id) }
    let masking = try sharing.maskInput(
      PackedVector(elements, layout: parameters.layout), delivery: delivery)
    guard
      case .unmaskingRequest(let request) = try await meetingPoint.exchange(
        .maskedInput(masking.message), from: id)
    else { throw ServerError.noMessage(for: id) }
    try await meetingPoint.answer(try masking.unmask(request))
  }
}

/// A server that closes a round when everybody has sent, and then tells everybody to go on.
private actor MeetingPoint {
  private var server: ServerSession
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(server: ServerSession) {
    self.server = server
  }

  func exchange(_ message: ClientMessage, from id: ClientID) async throws -> ServerMessage {
    try server.receive(message, from: id)
    if server.awaited.isEmpty {
      try server.closeRound()
      for continuation in waiting { continuation.resume() }
      waiting = []
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
    return try server.message(for: id)
  }

  func answer(_ answer: UnmaskingResponse) throws {
    try server.receive(.unmaskingResponse(answer), from: answer.sender)
  }

  func unmask() throws -> UnmaskedAggregate {
    try server.unmask()
  }
}
