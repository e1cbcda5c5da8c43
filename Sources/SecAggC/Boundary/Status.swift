internal import CSecAggABI

/// What a caller can do about a call that failed: the statuses of the header.
enum Status: Sendable, Hashable {
  case ok
  case invalidArgument
  case invalidHandle
  case bufferTooSmall
  case invalidParameters
  case invalidUpdate
  case wrongRound
  case messageRefused
  case noMessage
  case sessionRefused
  case tooFewClients
  case moreAnswersNeeded
  case sumInconsistent
  case stateUnreadable
  case noResources

  /// The constant of the header.
  var code: secagg_status {
    let constant =
      switch self {
      case .ok: SECAGG_OK
      case .invalidArgument: SECAGG_INVALID_ARGUMENT
      case .invalidHandle: SECAGG_INVALID_HANDLE
      case .bufferTooSmall: SECAGG_BUFFER_TOO_SMALL
      case .invalidParameters: SECAGG_INVALID_PARAMETERS
      case .invalidUpdate: SECAGG_INVALID_UPDATE
      case .wrongRound: SECAGG_WRONG_ROUND
      case .messageRefused: SECAGG_MESSAGE_REFUSED
      case .noMessage: SECAGG_NO_MESSAGE
      case .sessionRefused: SECAGG_SESSION_REFUSED
      case .tooFewClients: SECAGG_TOO_FEW_CLIENTS
      case .moreAnswersNeeded: SECAGG_MORE_ANSWERS_NEEDED
      case .sumInconsistent: SECAGG_SUM_INCONSISTENT
      case .stateUnreadable: SECAGG_STATE_UNREADABLE
      case .noResources: SECAGG_NO_RESOURCES
      }
    return secagg_status(truncatingIfNeeded: constant)
  }
}
