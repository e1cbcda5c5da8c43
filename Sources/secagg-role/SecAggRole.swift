import Foundation
import SecAgg
import SecAggWire
import SimulatedSessions

/// Plays one role of one session over standard input and output, for `secagg-demo aggregate` and for `make interop`:
/// `secagg-role server` or `secagg-role client`.
@main
struct SecAggRole {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 1, let role = arguments.first.flatMap(RoleProcess.Role.init) else {
      FileHandle.standardError.write(Data("usage: secagg-role server|client\n".utf8))
      exit(64)
    }
    try play(role)
  }

  private static func play(_ role: RoleProcess.Role) throws {
    let channel = FrameChannel(input: .standardInput, output: .standardOutput)
    var server = ServedServer()
    var client = ServedClient()
    while let frame = try channel.receive() {
      guard let request = RoleProcess.Request(rawValue: frame.kind) else {
        throw FrameChannel.Broken()
      }
      var reply = FrameChannel.Frame(kind: RoleProcess.Reply.done.rawValue)
      do {
        reply.content =
          switch role {
          case .server: try server.serve(request, frame)
          case .client: try client.serve(request, frame)
          }
      } catch {
        let kind: RoleProcess.Reply = error is ServerRefusal ? .refusal : .failure
        reply.kind = kind.rawValue
        reply.content = NamedError(error).content
      }
      try channel.send(reply)
    }
  }
}

/// A server that answers requests.
private struct ServedServer {
  private var server: LocalServer?
  private var inputContext: Digest?

  mutating func serve(
    _ request: RoleProcess.Request, _ frame: FrameChannel.Frame
  ) throws -> [UInt8] {
    if request == .open {
      let (parameters, seed, execution) = try frame.opening()
      server = LocalServer(
        parameters: parameters,
        identities: try SimulatedIdentities(seed: seed, for: parameters), execution: execution,
        scope: .process)
      return []
    }
    guard server != nil else { throw FrameChannel.Broken() }
    switch request {
    case .receive:
      guard let sender = ClientID(frame.client) else { throw FrameChannel.Broken() }
      try server?.receive(frame.content, from: sender)
      return []
    case .closeRound:
      let ids = try server?.closeRound() ?? []
      return ids.flatMap { FrameChannel.bytes(of: UInt64($0.rawValue)) }
    case .message:
      guard let id = ClientID(frame.client) else { throw FrameChannel.Broken() }
      return try server?.message(for: id) ?? []
    case .unmask:
      guard let sums = try server?.unmask(inputContext: inputContext) else {
        throw FrameChannel.Broken()
      }
      var reply = FrameChannel.bytes(of: UInt64(sums.contributors.count))
      reply.reserveCapacity(8 * (1 + sums.contributors.count + sums.sums.count))
      for id in sums.contributors { reply += FrameChannel.bytes(of: UInt64(id.rawValue)) }
      for sum in sums.sums { reply += FrameChannel.bytes(of: sum) }
      return reply
    case .cost:
      var cost = server?.takeCost() ?? RoleCost()
      cost.peakBytes = PeakMemory.bytes()
      return FrameChannel.bytes(of: cost)
    case .faults:
      let faults = server?.faults ?? []
      return faults.flatMap(FrameChannel.bytes)
    case .inputContext:
      inputContext = try frame.inputContext()
      return []
    case .open, .answer:
      throw FrameChannel.Broken()
    }
  }
}

/// A client that answers requests.
private struct ServedClient {
  private var client: SessionClient?
  private var vectors: RandomVectors?
  private var cost = RoleCost()
  private var inputContext: Digest?

  mutating func serve(
    _ request: RoleProcess.Request, _ frame: FrameChannel.Frame
  ) throws -> [UInt8] {
    switch request {
    case .open:
      guard let id = ClientID(frame.client) else { throw FrameChannel.Broken() }
      let (parameters, seed, execution) = try frame.opening()
      let new = try SessionClient(
        id: id, parameters: parameters, expecting: parameters.applicationContext,
        identities: SimulatedIdentities(seed: seed, for: parameters), execution: execution,
        scope: .process)
      client = new
      vectors = RandomVectors(seed: seed, layout: parameters.layout)
      return new.advertisement
    case .answer:
      guard let client, let vectors else { throw FrameChannel.Broken() }
      let step = try client.answer(frame.content, inputContext: inputContext) {
        try vectors.vector(of: client.id)
      }
      cost.milliseconds += step.cost.milliseconds
      cost.wallMilliseconds += step.cost.wallMilliseconds
      return step.bytes
    case .cost:
      defer { cost = RoleCost() }
      cost.peakBytes = PeakMemory.bytes()
      return FrameChannel.bytes(of: cost)
    case .inputContext:
      inputContext = try frame.inputContext()
      return []
    case .receive, .closeRound, .message, .unmask, .faults:
      throw FrameChannel.Broken()
    }
  }
}

extension FrameChannel.Frame {
  /// The digest of `RoleProcess.Request.inputContext`.
  fileprivate func inputContext() throws -> Digest {
    guard let digest = Digest(bytes: content) else { throw FrameChannel.Broken() }
    return digest
  }

  /// Takes `RoleProcess.opening` apart.
  fileprivate func opening() throws -> (
    parameters: SessionParameters, seed: UInt64, execution: Execution
  ) {
    guard content.count > 16,
      let threadCount = Int(exactly: FrameChannel.number(content[8..<16]))
    else { throw FrameChannel.Broken() }
    return (
      try SessionParameters(serialized: Array(content.dropFirst(16))),
      FrameChannel.number(content.prefix(8)), .threads(threadCount)
    )
  }
}

extension FrameChannel {
  /// A fault as four numbers: holder, dealer, kind of the secret, finding.
  fileprivate static func bytes(of fault: ShareFault) -> [UInt8] {
    [
      UInt64(fault.holder.rawValue), UInt64(fault.dealer.rawValue), UInt64(fault.kind.rawValue),
      UInt64(fault.finding.rawValue),
    ].flatMap { bytes(of: $0) }
  }

  /// A cost as two numbers.
  fileprivate static func bytes(of cost: RoleCost) -> [UInt8] {
    bytes(of: cost.milliseconds.bitPattern) + bytes(of: cost.wallMilliseconds.bitPattern)
      + bytes(of: UInt64(cost.peakBytes))
  }
}

/// The largest resident memory of this process so far.
enum PeakMemory {
  /// In bytes.
  static func bytes() -> Int {
    var usage = rusage()
    #if os(Linux)
      unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      unsafe getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
