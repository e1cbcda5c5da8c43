// One round of secure federated averaging, as the README shows it. Every build of the package
// compiles this file, and a test compares it with the README.

import FLMath
import FLRecords
import SecAgg

/// A client: what it sends, and what it gets from the server in between.
func client(
  id: ClientID, parameters: SessionParameters, secure: SecureFedAvg, model: ParameterVector,
  round: Int, update: ClientUpdate, folder: String, roster: () -> RosterAnnouncement,
  delivery: () -> ShareDelivery, request: () -> UnmaskingRequest, send: (ClientMessage) -> Void
) throws {
  // snippet: client
  var record = try ParticipationRecord(at: "\(folder)/keyboard.jsonl", task: "keyboard")
  let context = secure.applicationContext(model: model, round: round, task: record.task)
  let policy = ClientPolicy(
    applicationContext: context, minimumCohortSize: 500, minimumContributors: 400)
  let advertising = try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
  send(.keyAdvertisement(advertising.message))
  let sharing = try advertising.shareKeys(with: roster())
  send(.shareDistribution(sharing.message))
  try record.admit(round: round, context: context, in: parameters)
  let vector = try secure.encode(update)
  let masking = try sharing.maskInput(vector, delivery: delivery())
  send(.maskedInput(masking.message))
  send(.unmaskingResponse(try masking.unmask(request())))
  // snippet: end
}

/// A server: what it does with what arrives.
func server(
  context: Digest, declaredByAll: Set<MaskCipher>, secure: SecureFedAvg,
  engine: inout FederatedAveraging,
  inbox: () -> [(ClientMessage, ClientID)], log: (ServerError) -> Void,
  send: (ServerMessage, ClientID) -> Void
) throws {
  // snippet: server
  let parameters = try SessionParameters.recommended(
    for: SessionAssumptions(cohortSize: 1_000), layout: secure.layout,
    maskCiphers: declaredByAll, applicationContext: context)
  var server = AggregationServer(parameters: parameters)
  while server.phase != .unmasking {
    for (message, sender) in inbox() {
      do { try server.receive(message, from: sender) } catch { log(error) }
    }
    for id in try server.closeRound() { send(try server.message(for: id), id) }
  }
  for (message, sender) in inbox() { try? server.receive(message, from: sender) }
  try engine.apply(secure.decode(server.unmask()))
  // snippet: end
}
