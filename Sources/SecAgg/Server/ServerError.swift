/// Why the server refused a message, or cannot go on. In either case its state is unchanged, but
/// for `sumInconsistent`, which ends the session.
///
/// `culprit` tells a bad message of one client, which is dropped without harm to the round, from a
/// round that lacks what it needs.
public enum ServerError: Error, Hashable, Sendable {
  // A message of one client.

  /// The bytes are no client message.
  case malformed(from: ClientID, reason: String)
  /// The message names another sender than the channel that it came through.
  case senderMismatch(channel: ClientID, message: ClientID)
  /// The message belongs to a session with other parameters.
  case otherSession(from: ClientID)
  /// A signature is missing, there although the model has none, or not that of the client.
  case notAuthentic(from: ClientID)
  /// The message belongs to another round than the present one.
  case wrongRound(from: ClientID, message: ProtocolRound, present: ProtocolRound?)
  /// The client is not, or no longer, part of the session.
  case stranger(ClientID)
  /// A message of this round was already accepted from the client.
  case duplicate(from: ClientID, round: ProtocolRound)
  /// The client advertises a key that another client, or it itself, has advertised already.
  case repeatedKey(from: ClientID)
  /// The client did not send shares for exactly its neighbours in id order.
  case sharesNotForNeighbours(from: ClientID)
  /// The masked input has another length than the session's vectors.
  case vectorLength(from: ClientID, found: Int, expected: Int)
  /// The lanes hold no more contributors.
  case tooManyContributors(from: ClientID, maximum: Int)
  /// The answer does not hold exactly one share, or one report, for each neighbour, in id order.
  case answerNotForNeighbours(from: ClientID)
  /// The answer reveals the secret that must stay hidden.
  case wrongSecretKind(from: ClientID, subject: ClientID)

  // The round itself.

  /// The round has no such step, or, for `nil`, the session has ended.
  case wrongPhase(present: ProtocolRound?)
  /// There is no message for this client in the present phase: it left or was left out.
  case noMessage(for: ClientID)
  /// Too few clients are left for a sum that may be released.
  case tooFewClients(round: ProtocolRound, found: Int, minimum: Int)
  /// No edge of the graph joins some of the clients to the others: the sum of each piece could be
  /// unmasked by itself, although it may have fewer contributors than the minimum.
  case disconnected(round: ProtocolRound)
  /// A secret could not be recovered even if every contributor answered.
  case unrecoverable(subject: ClientID, holders: Int, threshold: Int)
  /// More answers are needed to recover a secret. The faults name holders that revealed wrong shares.
  case sharesMissing(
    dealer: ClientID, kind: SecretKind, found: Int, threshold: Int, faults: [ShareFault] = [])
  /// Clients dealt shares of wrong secrets, so that there will be no sum. The faults name them, and
  /// holders that revealed wrong shares: leave them out of the next cohort.
  case sharesWrong(faults: [ShareFault])
  /// A recovered mask key gives no shared secret with a contributor.
  case keyAgreement(ClientID, ClientID)
  /// The masks did not cancel, or a contributor sent values beyond its lanes: no sum is released.
  case sumInconsistent
  /// Stored state could not be read back.
  case notRestorable(StoredStateError)
  /// The observer of the call cancelled it.
  case cancelled

  /// The faults that kept a sum from being unmasked; empty for every other error.
  public var faults: [ShareFault] {
    switch self {
    case .sharesMissing(_, _, _, _, let faults), .sharesWrong(let faults): faults
    default: []
    }
  }

  /// The client whose message was refused; `nil` when no single message is to blame.
  public var culprit: ClientID? {
    switch self {
    case .malformed(let id, _), .senderMismatch(let id, _), .otherSession(let id),
      .notAuthentic(let id),
      .wrongRound(let id, _, _),
      .stranger(let id), .duplicate(let id, _), .repeatedKey(let id),
      .sharesNotForNeighbours(let id), .vectorLength(let id, _, _),
      .tooManyContributors(let id, _), .answerNotForNeighbours(let id),
      .wrongSecretKind(let id, _):
      id
    case .wrongPhase, .noMessage, .tooFewClients, .disconnected, .unrecoverable, .sharesMissing,
      .sharesWrong,
      .keyAgreement, .sumInconsistent, .notRestorable, .cancelled:
      nil
    }
  }
}

extension ServerError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .malformed(let id, let reason):
      "a message of \(id) cannot be read: \(reason). It is dropped; the client may send it again"
    case .senderMismatch(let channel, let message):
      "a message that came from \(channel) says that it is from \(message); dropped"
    case .otherSession(let id):
      "a message of \(id) is of another session; dropped"
    case .notAuthentic(let id):
      "a message of \(id) lacks the signature that the threat model asks of it; dropped"
    case .wrongRound(let id, let message, let present):
      "\(id) sent a message of round \"\(message)\", but the session "
        + (present.map { "is in round \"\($0)\"" } ?? "has ended") + "; dropped"
    case .stranger(let id):
      "\(id) is not part of this session, or has left it; its message is dropped"
    case .duplicate(let id, let round):
      "\(id) already sent its message of round \"\(round)\"; the second is dropped"
    case .repeatedKey(let id):
      "\(id) advertises a key that was advertised before; dropped"
    case .sharesNotForNeighbours(let id):
      "\(id) did not send shares for exactly its neighbours in id order; dropped"
    case .vectorLength(let id, let found, let expected):
      "\(id) sent \(found) words, a vector of this session has \(expected); dropped"
    case .tooManyContributors(let id, let maximum):
      "the lanes hold the sum of \(maximum) contributors; the input of \(id) is dropped"
    case .answerNotForNeighbours(let id):
      "\(id) did not answer for exactly its neighbours in id order; dropped"
    case .wrongSecretKind(let id, let subject):
      "\(id) reveals the secret of \(subject) that must stay hidden; dropped"
    case .wrongPhase(let present?):
      "the session is in round \"\(present)\", in which no such call belongs"
    case .wrongPhase(nil):
      "the session has ended; open another one"
    case .noMessage(let id):
      "there is no message for \(id): it left, or was left out"
    case .tooFewClients(let round, let found, let minimum):
      "\(found) clients after round \"\(round)\", at least \(minimum) are needed; "
        + "wait for more, or give the session up"
    case .disconnected(let round):
      "the clients left after round \"\(round)\" fall into pieces that share no masks; "
        + "wait for more, or give the session up"
    case .unrecoverable(let subject, let holders, let threshold):
      "the secret of \(subject) is held by \(holders) contributors, \(threshold) are needed; "
        + "wait for more inputs, or give the session up"
    case .sharesMissing(let dealer, let kind, let found, let threshold, let faults):
      "expected at least \(threshold) right shares of the \(kind) secret of \(dealer), found "
        + "\(found); wait for more answers, or give the session up"
        + (faults.isEmpty ? "" : ". \(faults.culprits) revealed wrong shares")
    case .sharesWrong(let faults):
      "\(faults.culprits) dealt shares of wrong secrets or revealed wrong shares; give the session "
        + "up, and leave them out of the next cohort"
    case .keyAgreement(let one, let other):
      "key agreement between \(one) and \(other) failed; give the session up"
    case .sumInconsistent:
      "the unmasked sum contradicts the number of contributors or the lanes; it is not released"
    case .cancelled:
      "the call was cancelled by its observer; nothing has changed"
    case .notRestorable(let error):
      "the server's state cannot be restored: \(error)"
    }
  }
}

/// Something wrong with a share, and the client or clients at fault.
public struct ShareFault: Sendable, Hashable {
  /// What was found.
  public enum Finding: UInt8, Sendable, Hashable, CaseIterable {
    /// The holder revealed a share that does not match the dealer's commitment. The holder lied: it had
    /// compared the dealer's share with the commitment.
    case wrongShare = 1
    /// The holder reports that the dealer's shares do not open, or do not match the dealer's commitments.
    /// One of the two is at fault; the server cannot tell which.
    case unopened = 2
    /// Shares that all match the dealer's commitments give another secret than the one that the dealer
    /// published. The dealer lied.
    case wrongSecret = 3
  }

  /// The client that holds the share; in a `wrongSecret` the dealer itself.
  public let holder: ClientID
  /// The client whose secret was shared.
  public let dealer: ClientID
  /// Which secret.
  public let kind: SecretKind
  /// What was found.
  public let finding: Finding

  /// The client that certainly broke the rules; `nil` where it is one of two.
  public var culprit: ClientID? {
    switch finding {
    case .wrongShare: holder
    case .unopened: nil
    case .wrongSecret: dealer
    }
  }

  /// A fault.
  public init(holder: ClientID, dealer: ClientID, kind: SecretKind, finding: Finding) {
    self.holder = holder
    self.dealer = dealer
    self.kind = kind
    self.finding = finding
  }
}

extension ShareFault: CustomStringConvertible {
  /// What was found, and who is at fault.
  public var description: String {
    switch finding {
    case .wrongShare: "\(holder) revealed a wrong share of the \(kind) secret of \(dealer)"
    case .unopened:
      "\(holder) or \(dealer) is at fault: the shares of \(dealer) for \(holder) do not open"
    case .wrongSecret: "\(dealer) dealt shares of a wrong \(kind) secret"
    }
  }
}

extension [ShareFault] {
  /// The same faults in the order in which they are reported: by dealer, then by holder.
  var inOrder: [ShareFault] {
    sorted {
      ($0.dealer, $0.holder, $0.finding.rawValue) < ($1.dealer, $1.holder, $1.finding.rawValue)
    }
  }

  /// The clients that certainly broke the rules, in id order.
  public var culprits: [ClientID] { Set(compactMap(\.culprit)).sorted() }
}
