import SecAgg

/// What a client answered and what it cost.
struct ClientStep: Sendable {
  let bytes: [UInt8]
  /// Without making the vector that is masked in the step.
  let cost: RoleCost
}

/// A client of one session as the server sees it: bytes in, bytes out. It runs in this process or
/// in one of its own.
protocol ClientEndpoint: Sendable {
  /// The client's number.
  var id: ClientID { get }
  /// The first message.
  var advertisement: [UInt8] { get }
  /// Whether no other client is at work while this one answers, so that its wall time is its own.
  var answersAlone: Bool { get }
  /// The answer to a message of the server. `input` is asked for when the time has come to mask it.
  func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep
}

extension ClientEndpoint {
  var answersAlone: Bool { false }
}
