import SecAgg

/// Where a server stands: in a round, or at the end.
enum ServerStage: UInt8, CaseIterable, Sendable {
  case advertiseKeys = 0
  case shareKeys = 1
  case maskedInput = 2
  case consistencyCheck = 3
  case unmasking = 4
  case ended = 5

  init(_ round: ProtocolRound?) {
    self = round.flatMap { ServerStage(rawValue: $0.rawValue) } ?? .ended
  }

  /// `nil` at the end.
  var round: ProtocolRound? { ProtocolRound(rawValue: rawValue) }

  /// Whether a server of a threat model ever gets here.
  func exists(in threatModel: ThreatModel) -> Bool {
    threatModel == .malicious || self != .consistencyCheck
  }

  /// The stages of a threat model, in order.
  static func phases(in threatModel: ThreatModel) -> [ServerStage] {
    allCases.filter { $0.exists(in: threatModel) }
  }
}

extension ServerSession {
  var stage: ServerStage { ServerStage(round) }

  /// Closes the last round.
  mutating func unmask(
    inputContext: Digest? = nil, execution: Execution = Execution()
  ) throws(ServerError) -> UnmaskedAggregate {
    precondition(round == nil || round == .unmasking, "another round would be opened")
    guard let sum = try closeRound(inputContext: inputContext, execution: execution) else {
      throw .wrongPhase(present: nil)
    }
    return sum
  }
}
