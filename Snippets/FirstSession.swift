// A whole session in one process. Two of the ten clients drop out. Docs/Swift.md explains it. Every build of the
// package compiles this file, and a test runs it.

import FLMath
import SecAgg
import SecAggWire

// snippet: agreement
// The model, and how much of it a client may change. Server and clients create the same values.
let assumptions = try SessionAssumptions(cohortSize: 10, dropoutFraction: 0.3)
let layout = try ParameterLayout([.init(name: "dense", shape: [50])])
let model = try ParameterVector(layout: layout, values: [Double](repeating: 0, count: 50))
let secure = try SecureFedAvg(
  parameterCount: layout.count, clippingBound: 1, maximumWeight: 1_000,
  maximumContributors: assumptions.cohortSize)
let broadcast = Broadcast(model: model, round: 1)
let context = secure.applicationContext(of: broadcast, task: "first session")
// snippet: end

// snippet: server
let parameters = try SessionParameters.recommended(
  for: assumptions, layout: secure.layout, maskCiphers: MaskCipher.available,
  applicationContext: context)
var server = ServerSession(parameters: parameters)
let offer = try parameters.serialized()
// snippet: end

// snippet: device
/// A client's device. It stores its session as sealed bytes after each message.
final class Device {
  let update: ClientUpdate
  let key = StorageKey()
  var stored: [UInt8]
  var outgoing: [UInt8]

  init(id: ClientID, offer: [UInt8], update: ClientUpdate) throws {
    let policy = ClientPolicy(
      applicationContext: secure.applicationContext(of: broadcast, task: "first session"),
      minimumCohortSize: 10, minimumContributors: 7)
    let session = try ClientSession(
      id: id, parameters: SessionParameters(serialized: offer), policy: policy)
    self.update = update
    stored = session.stored(under: key)
    outgoing = try session.opening.serialized()
  }

  /// Takes a server message and leaves the answer in `outgoing`.
  func receive(_ bytes: [UInt8]) throws {
    var session = try ClientSession(restoring: stored, under: key)
    switch try session.handle(bytes) {
    case .reply(let reply): outgoing = try reply.serialized()
    case .inputNeeded: outgoing = try session.mask(update, by: secure).serialized()
    case .stray(let reason): print("ignored: \(reason)")
    }
    stored = session.stored(under: key)
  }
}
// snippet: end

let updates = (1...10).map { number in
  let delta = (0..<50).map { Double($0 * number % 7) / 10 }
  return ClientUpdate(delta: delta, weight: UInt64(100 * number))
}

// snippet: run
var devices: [Device?] = []
for (id, update) in zip(ClientID.all(cohortSize: 10), updates) {
  devices.append(try Device(id: id, offer: offer, update: update))
}
for (index, id) in ClientID.all(cohortSize: 10).enumerated() {
  if let device = devices[index] { try server.receive(device.outgoing, from: id) }
}
var sum: UnmaskedAggregate?
while sum == nil {
  sum = try server.closeRound()
  for message in server.messages {
    let id = message.recipient
    let index = Int(id.rawValue) - 1
    // Client 9 drops out before its masked input, client 10 after it.
    if index == 8, message.round == .maskedInput { devices[index] = nil }
    if index == 9, message.round == .unmasking { devices[index] = nil }
    guard let device = devices[index] else { continue }
    try device.receive(message.serialized())
    do {
      try server.receive(device.outgoing, from: id)
    } catch {
      print("rejected: \(error)")
    }
  }
}
// snippet: end

// snippet: result
if let sum {
  let mean = try secure.decode(sum)
  print("contributors: \(sum.contributors)")
  var engine = try FederatedAveraging(model: model)
  try engine.apply(mean)
}
// snippet: end

// The mean equals the plaintext mean of the contributors, up to rounding.
if let sum {
  let mean = try secure.decode(sum)
  let contributors = sum.contributors.map { updates[Int($0.rawValue) - 1] }
  let total = Double(mean.totalWeight)
  let tolerance = Double(contributors.count) * secure.codec.step * 1_000 / total
  var isRight = contributors.reduce(0) { $0 + $1.weight } == mean.totalWeight
  for index in 0..<50 {
    var plain = 0.0
    for update in contributors { plain += Double(update.weight) * update.delta[index] / total }
    if abs(mean.mean[index] - plain) > tolerance { isRight = false }
  }
  print(isRight ? "the mean is right" : "the mean is wrong")
}
