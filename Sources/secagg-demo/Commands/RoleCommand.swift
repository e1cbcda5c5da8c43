import ArgumentParser
import Foundation
import SecAgg
import SecAggWire

/// The server's side of `RoleProcess`: serves one session over standard input and output.
struct RoleCommand: ParsableCommand {
  /// The subcommand's name.
  static let name = "role"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Serve one aggregation over standard input and output (used by aggregate).",
    shouldDisplay: false)

  func run() throws {
    let channel = FrameChannel(input: .standardInput, output: .standardOutput)
    var server: LocalServer?
    while let frame = try channel.receive() {
      guard let request = RoleProcess.Request(rawValue: frame.kind) else {
        throw FrameChannel.Broken()
      }
      do {
        let content = try Self.serve(request, frame, &server)
        try channel.send(
          FrameChannel.Frame(kind: RoleProcess.Reply.done.rawValue, content: content))
      } catch let refusal as ServerRefusal {
        try channel.send(
          FrameChannel.Frame(
            kind: RoleProcess.Reply.refusal.rawValue, content: Array(refusal.description.utf8)))
      } catch {
        try channel.send(
          FrameChannel.Frame(
            kind: RoleProcess.Reply.failure.rawValue, content: Array("\(error)".utf8)))
      }
    }
  }

  private static func serve(
    _ request: RoleProcess.Request, _ frame: FrameChannel.Frame, _ server: inout LocalServer?
  ) throws -> [UInt8] {
    if request == .open {
      server = LocalServer(parameters: try SessionParameters(serialized: frame.content))
      return []
    }
    guard server != nil else { throw FrameChannel.Broken() }
    switch request {
    case .open:
      return []
    case .receive:
      guard let sender = ClientID(frame.client) else { throw FrameChannel.Broken() }
      try server?.receive(frame.content, from: sender)
      return []
    case .closeRound:
      return try (server?.closeRound() ?? []).flatMap { FrameChannel.bytes(of: UInt64($0.rawValue)) }
    case .message:
      guard let id = ClientID(frame.client) else { throw FrameChannel.Broken() }
      return try server?.message(for: id) ?? []
    case .unmask:
      guard let sums = try server?.unmask() else { throw FrameChannel.Broken() }
      let numbers =
        [UInt64(sums.contributors.count)] + sums.contributors.map { UInt64($0.rawValue) }
        + sums.sums
      return numbers.flatMap(FrameChannel.bytes)
    case .cost:
      guard let cost = server?.takeCost() else { throw FrameChannel.Broken() }
      return FrameChannel.bytes(of: cost.milliseconds.bitPattern)
        + FrameChannel.bytes(of: UInt64(PeakMemory.bytes()))
    }
  }
}
