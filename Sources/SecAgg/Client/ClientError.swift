/// Why a client ended its part in a session. There is no value to go on with: the secrets are
/// wiped, and the next session starts from fresh ones.
public enum ClientError: Error, Hashable, Sendable {
  /// The client's id is not one of the cohort's.
  case idOutsideCohort(ClientID, cohortSize: Int)
  /// The server offers less than the client's policy demands.
  case policy(PolicyViolation)
  /// The bytes are no server message.
  case malformed(reason: String)
  /// The message belongs to a session with other parameters.
  case otherSession(expected: Digest, found: Digest)
  /// The message is for another client.
  case addressedToAnother(ClientID)
  /// The message belongs to a round that the client is not in: it is stray, or was repeated.
  /// `expected` is `nil` for a client that waits for nothing any more.
  case otherRound(found: ProtocolRound, expected: ProtocolRound?)
  /// The roster has an impossible size.
  case rosterSize(found: Int, atMost: Int)
  /// The number of neighbours is not what the roster size and the degree make it.
  case neighbourCount(found: Int, expected: Int)
  /// The degree that the roster allows is below the threshold: nothing could be recovered.
  case neighboursBelowThreshold(found: Int, threshold: Int)
  /// A neighbour is this client itself, out of id order, repeated or outside the cohort.
  case invalidNeighbour(ClientID)
  /// A neighbour's key was advertised by someone else as well, or is this client's own.
  case repeatedKey(ClientID)
  /// The malicious model asks for an identity key; use the initialiser that takes one.
  case identityNeeded
  /// The malicious model asks for an identity directory.
  case directoryNeeded
  /// A neighbour's keys are not signed by the identity that the directory names for it.
  case notAuthentic(ClientID)
  /// The proof that a client is in the roster does not lead to the commitment.
  case rosterProof(ClientID)
  /// The neighbours are not those that the commitment gives: the server chose others.
  case neighboursNotOfGraph
  /// The set of contributors is of a roster of another size.
  case contributorSetSize(found: Int, expected: Int)
  /// The contributors fall into pieces that share no masks: the sum of each could be unmasked alone.
  case contributorsDisconnected
  /// The call does not belong to the session's threat model: in the malicious one the consistency
  /// check stands between masked input and unmasking, in the semi-honest one it does not exist.
  case notInThreatModel(ThreatModel)
  /// The contributors of the request are not those that this client signed.
  case contributorsChanged
  /// Too few endorsers have signed the same set of contributors.
  case endorsementsBelowThreshold(found: Int, threshold: Int)
  /// Key agreement with a neighbour failed.
  case keyAgreement(ClientID)
  /// Too few neighbours shared their secrets for the round to be recoverable.
  case sharersBelowThreshold(found: Int, threshold: Int)
  /// Shares are said to come from a client that is no neighbour, or are repeated or out of order.
  case invalidSharer(ClientID)
  /// The vector was packed for another layout than the session's.
  case layoutMismatch
  /// The sum would have fewer contributors than parameters or policy allow.
  case contributorsBelowMinimum(found: Int, minimum: Int)
  /// The contributors do not include this client, whose input was sent.
  case missingFromContributors
  /// A contributor is a stranger, did not share its secrets, or is repeated or out of order.
  case invalidContributor(ClientID)
  /// The number of contributors contradicts the list of those that this client can see.
  case contributorCount(found: Int, expected: ClosedRange<Int>)
  /// Fewer contributing neighbours than the threshold: the sum could not be unmasked.
  case contributingNeighboursBelowThreshold(found: Int, threshold: Int)
  /// A vector was given to a session that does not need it: not yet, or not any more.
  case inputNotNeeded(awaited: ProtocolRound?)
  /// A stored client could not be read back.
  case notRestorable(StoredStateError)
  /// A stored client is damaged, or was sealed under another key.
  case notUnsealed
  /// The observer of the call cancelled it.
  case cancelled
}

extension ClientError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .idOutsideCohort(let id, let cohortSize):
      "\(id) is outside the cohort 1...\(cohortSize); ask the server for an id"
    case .policy(let violation):
      "refused by this client's policy: \(violation)"
    case .malformed(let reason):
      "the message cannot be read: \(reason)"
    case .otherSession(let expected, let found):
      "the message is of session \(found), this client is in \(expected); "
        + "server and client were given different parameters"
    case .addressedToAnother(let id):
      "the message is for \(id); the server mixed up recipients"
    case .otherRound(let found, let expected):
      "expected \(expected.map { "the message that opens round \"\($0)\"" } ?? "no more messages"), "
        + "found the one that opens round \"\(found)\"; ignore it"
    case .rosterSize(let found, let atMost):
      "the roster has \(found) clients, expected 3 to \(atMost)"
    case .neighbourCount(let found, let expected):
      "the roster names \(found) neighbours, expected \(expected)"
    case .neighboursBelowThreshold(let found, let threshold):
      "\(found) neighbours cannot hold enough shares for a threshold of \(threshold)"
    case .invalidNeighbour(let id):
      "the roster's neighbour \(id) is this client, repeated, out of order or outside the cohort"
    case .repeatedKey(let id):
      "a key of \(id) is another client's as well; somebody impersonates somebody"
    case .identityNeeded:
      "the malicious model needs an identity key; pass one when the client is created"
    case .directoryNeeded:
      "the malicious model needs an identity directory; pass one with the identity key"
    case .notAuthentic(let id):
      "the keys of \(id) are not signed by its identity; the server or a client impersonates it"
    case .rosterProof(let id):
      "the server does not prove that \(id) is in the roster that it committed to"
    case .neighboursNotOfGraph:
      "the neighbours are not those that the roster's commitment gives; the server chose others"
    case .contributorSetSize(let found, let expected):
      "the contributors are of a roster of \(found), expected \(expected); nothing was revealed"
    case .contributorsDisconnected:
      "the contributors fall into pieces that share no masks; nothing was revealed"
    case .notInThreatModel(let model):
      "this call does not belong to the threat model \(model); nothing was revealed"
    case .contributorsChanged:
      "the contributors are not those that this client signed; nothing was revealed"
    case .endorsementsBelowThreshold(let found, let threshold):
      "expected signatures of the same contributors by \(threshold) endorsers, found \(found); "
        + "nothing was revealed"
    case .keyAgreement(let id):
      "key agreement with \(id) failed"
    case .sharersBelowThreshold(let found, let threshold):
      "\(found) neighbours shared their secrets, the threshold is \(threshold)"
    case .invalidSharer(let id):
      "shares from \(id), which is no neighbour, or is repeated or out of order"
    case .layoutMismatch:
      "the vector was packed for another layout; pack it with the session's"
    case .contributorsBelowMinimum(let found, let minimum):
      "\(found) contributors, at least \(minimum) are demanded; nothing was revealed"
    case .missingFromContributors:
      "this client sent its input but is not among the contributors; nothing was revealed"
    case .invalidContributor(let id):
      "contributor \(id) is a stranger, repeated or out of order; nothing was revealed"
    case .contributorCount(let found, let expected):
      "\(found) contributors are claimed, the list allows \(expected.lowerBound) to "
        + "\(expected.upperBound); nothing was revealed"
    case .contributingNeighboursBelowThreshold(let found, let threshold):
      "\(found) contributing neighbours, the threshold is \(threshold); nothing was revealed"
    case .inputNotNeeded(let awaited):
      "the session does not need an input; it "
        + (awaited.map { "waits for the message that opens round \"\($0)\"" } ?? "is finished")
    case .notRestorable(let error):
      "the stored client cannot be restored: \(error)"
    case .notUnsealed:
      "the stored client is damaged, or was stored under another key; start a new session"
    case .cancelled:
      "the call was cancelled by its observer; nothing was sent"
    }
  }
}
