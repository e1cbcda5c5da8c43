/// What a client knows from the start and keeps through all rounds.
struct ClientContext: Sendable {
  let id: ClientID
  let parameters: SessionParameters
  let policy: ClientPolicy

  init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy
  ) throws(ClientError) {
    guard id.rawValue <= UInt32(parameters.cohortSize) else {
      throw .idOutsideCohort(id, cohortSize: parameters.cohortSize)
    }
    if let violation = policy.violation(by: parameters) { throw .policy(violation) }
    self.id = id
    self.parameters = parameters
    self.policy = policy
  }

  var session: Digest { parameters.digest }

  /// Rejects a server's message that is of another session, for another client, or not the one that
  /// opens the awaited round.
  func check(_ message: ServerMessage, opens awaited: ProtocolRound?) throws(ClientError) {
    try check(session: message.session, recipient: message.recipient)
    guard message.round == awaited else {
      throw .otherRound(found: message.round, expected: awaited)
    }
  }

  /// Rejects a server's message that is of another session or for another client.
  func check(session: Digest, recipient: ClientID) throws(ClientError) {
    guard session == self.session else {
      throw .otherSession(expected: self.session, found: session)
    }
    guard recipient == id else { throw .addressedToAnother(recipient) }
  }

  func write(to writer: inout ByteWriter) {
    writer.write(id)
    parameters.write(to: &writer)
    policy.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(StoredStateError) {
    let id = try reader.clientID()
    let parameters = try SessionParameters(from: &reader)
    let policy = try ClientPolicy(from: &reader)
    do {
      try self.init(id: id, parameters: parameters, policy: policy)
    } catch {
      throw .invalidField("client")
    }
  }
}

extension KeyPair {
  /// The pair of a private key of `client`.
  init(privateKey: consuming SecretBytes, of client: ClientID) throws(ClientError) {
    do {
      try self.init(privateKey: privateKey)
    } catch {
      throw .keyAgreement(client)
    }
  }
}
