import Foundation
import SecAgg
import SecAggWire

/// A server in a process of its own, so that its memory and time are its own as well.
///
/// The process is this program again, with the hidden subcommand `role`.
final class RoleProcess: ServerEndpoint {
  /// What the program asks of the process.
  enum Request: UInt8 {
    case open = 1
    case receive
    case closeRound
    case message
    case unmask
    case cost
  }

  /// What the process answers.
  enum Reply: UInt8 {
    case done = 1
    /// The round cannot go on; the content says why.
    case refusal
    /// Something else went wrong; the content says what.
    case failure
  }

  private let process = Process()
  private let channel: FrameChannel

  /// Starts the process and opens a session in it.
  init(parameters: SessionParameters) throws {
    let (requests, replies) = (Pipe(), Pipe())
    process.executableURL = Self.executable
    process.arguments = [RoleCommand.name]
    process.standardInput = requests
    process.standardOutput = replies
    channel = FrameChannel(
      input: replies.fileHandleForReading, output: requests.fileHandleForWriting)
    try process.run()
    _ = try ask(.open, content: parameters.serialized())
  }

  private static var executable: URL? {
    #if os(Linux)
      return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    #else
      return Bundle.main.executableURL
    #endif
  }

  private func ask(
    _ request: Request, client: ClientID? = nil, content: [UInt8] = []
  ) throws -> [UInt8] {
    try channel.send(
      FrameChannel.Frame(
        kind: request.rawValue, client: client?.rawValue ?? 0, content: content))
    guard let reply = try channel.receive(), let kind = Reply(rawValue: reply.kind) else {
      throw FrameChannel.Broken()
    }
    switch kind {
    case .done: return reply.content
    case .refusal: throw ServerRefusal(description: String(decoding: reply.content, as: UTF8.self))
    case .failure: throw Failure(description: String(decoding: reply.content, as: UTF8.self))
    }
  }

  func receive(_ bytes: [UInt8], from sender: ClientID) throws {
    _ = try ask(.receive, client: sender, content: bytes)
  }

  func closeRound() throws -> [ClientID] {
    Self.ids(in: try ask(.closeRound)[...])
  }

  func message(for id: ClientID) throws -> [UInt8] {
    try ask(.message, client: id)
  }

  func unmask() throws -> UnmaskedSums {
    let content = try ask(.unmask)
    let count = Int(FrameChannel.number(content.prefix(8)))
    let ids = content.dropFirst(8).prefix(8 * count)
    return UnmaskedSums(
      contributors: Self.ids(in: ids), sums: Self.numbers(in: content.dropFirst(8 + 8 * count)))
  }

  func takeCost() throws -> ServerCost {
    let content = Self.numbers(in: try ask(.cost)[...])
    guard content.count == 2 else { throw FrameChannel.Broken() }
    return ServerCost(
      milliseconds: Double(bitPattern: content[0]), peakBytes: Int(content[1]))
  }

  /// Ends the process and waits for it.
  func close() throws {
    try channel.output.close()
    process.waitUntilExit()
  }

  /// 64-bit numbers in a reply.
  private static func numbers(in content: ArraySlice<UInt8>) -> [UInt64] {
    stride(from: content.startIndex, to: content.endIndex, by: 8).map {
      FrameChannel.number(content[$0..<min($0 + 8, content.endIndex)])
    }
  }

  private static func ids(in content: ArraySlice<UInt8>) -> [ClientID] {
    numbers(in: content).compactMap { UInt32(exactly: $0).flatMap(ClientID.init) }
  }

  /// The process met an error that is not the session's.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
