internal import SecAgg

/// The round of a client, which is known at run time only.
enum ClientState: ~Copyable, Sendable {
  case advertising(AdvertiseKeysRound)
  case sharing(ShareKeysRound)
  case masked(MaskedInputRound)
  case endorsed(ConsistencyCheckRound)
  /// It has revealed its shares and has no secrets any more.
  case answered(UnmaskingResponse)
  /// It refused the server's message, or was suspended.
  case ended

  /// The round whose message is ready; `nil` if there is none.
  var round: ProtocolRound? {
    switch self {
    case .advertising: .advertiseKeys
    case .sharing: .shareKeys
    case .masked: .maskedInput
    case .endorsed: .consistencyCheck
    case .answered: .unmasking
    case .ended: nil
    }
  }

  /// Whether the client was suspended after its masked input was sent, and has it no more.
  var isSent: Bool {
    switch self {
    case .masked(let round): round.isSent
    default: false
    }
  }

  /// The message of the round.
  var message: ClientMessage? {
    switch self {
    case .advertising(let round): .keyAdvertisement(round.message)
    case .sharing(let round): .shareDistribution(round.message)
    case .masked(let round): .maskedInput(round.message)
    case .endorsed(let round): .contributorEndorsement(round.message)
    case .answered(let response): .unmaskingResponse(response)
    case .ended: nil
    }
  }

  /// Rejects a message of the server that is not the one that the client waits for. Nothing changes.
  ///
  /// - Parameter expected: where the call belongs whose message it is.
  func check(_ message: ServerMessage, expected: StaticString) throws(Failure) {
    do throws(ClientError) {
      switch self {
      case .advertising(let round): try round.check(message)
      case .sharing(let round): try round.check(message)
      case .masked(let round): try round.check(message)
      case .endorsed(let round): try round.check(message)
      case .answered: throw .otherRound(found: message.round, expected: nil)
      case .ended: throw .otherRound(found: message.round, expected: nil)
      }
    } catch .otherRound {
      throw .wrongRound(round, expected: expected)
    } catch {
      throw Failure(.messageRefused, error.description)
    }
  }

  /// Takes the state out; what is left has ended.
  mutating func take() -> ClientState {
    var taken = ClientState.ended
    swap(&taken, &self)
    return taken
  }

  /// Puts a state back that a call does not belong to, and says so.
  mutating func putBack(_ state: consuming ClientState, expected: StaticString) -> Failure {
    self = state
    return .wrongRound(round, expected: expected)
  }
}

extension Failure {
  /// A call that belongs to another round of a client.
  static func wrongRound(_ present: ProtocolRound?, expected: StaticString) -> Failure {
    let place = present.map { "in round \($0.rawValue), \"\($0)\"" } ?? "at its end"
    return Failure(.wrongPhase, "the client is \(place); this call belongs \(expected)")
  }
}
