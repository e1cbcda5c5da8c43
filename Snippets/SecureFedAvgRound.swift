// One round of secure federated averaging, as the README shows it. Every build of the package
// compiles this file, and a test compares it with the README.

import FLMath
import FLRecords
import SecAgg
import SecAggWire

/// A client: what it sends, and what it receives from the server in between.
func client(
  id: ClientID, parameters: SessionParameters, secure: SecureFedAvg, model: ParameterVector,
  round: Int, update: ClientUpdate, folder: String, receive: () throws -> [UInt8],
  send: ([UInt8]) -> Void, log: (ClientError) -> Void
) throws {
  // snippet: client
  var record = try ParticipationRecord(at: "\(folder)/keyboard.jsonl", task: "keyboard")
  let context = secure.applicationContext(
    of: Broadcast(model: model, round: round), task: record.task)
  let policy = ClientPolicy(
    applicationContext: context, minimumCohortSize: 500, minimumContributors: 400)
  var session = try ClientSession(id: id, parameters: parameters, policy: policy)
  send(try session.opening.serialized())
  while !session.isFinished {
    switch try session.handle(receive()) {
    case .reply(let message): send(try message.serialized())
    case .inputNeeded:
      try record.admit(round: round, context: context, in: parameters)
      send(try session.mask(update, by: secure).serialized())
    case .stray(let reason): log(reason)
    }
  }
  // snippet: end
}

/// A server: what it does with what arrives.
func server(
  context: Digest, declaredByAll: Set<MaskCipher>, secure: SecureFedAvg,
  engine: inout FederatedAveraging, inbox: () -> [(bytes: [UInt8], sender: ClientID)],
  send: ([UInt8], ClientID) -> Void, log: (ServerError) -> Void
) throws {
  // snippet: server
  let parameters = try SessionParameters.recommended(
    for: SessionAssumptions(cohortSize: 1_000), layout: secure.layout,
    maskCiphers: declaredByAll, applicationContext: context)
  var session = ServerSession(parameters: parameters)
  var sum: UnmaskedAggregate?
  while sum == nil {
    for (bytes, sender) in inbox() {
      do { try session.receive(bytes, from: sender) } catch { log(error) }
    }
    sum = try session.closeRound()
    for message in session.messages { send(try message.serialized(), message.recipient) }
  }
  if let sum { try engine.apply(secure.decode(sum)) }
  // snippet: end
}
