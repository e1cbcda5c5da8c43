import Foundation
import SecAgg
import SecAggWire

/// A role of the protocol in a process of its own, so that its memory is its own as well.
///
/// The process is this program again, with the hidden subcommand `role`.
final class RoleProcess {
  /// Which role.
  enum Role: String {
    case server
    case client
  }

  /// What the process is asked for.
  enum Request: UInt8 {
    case open = 1
    case receive
    case closeRound
    case message
    case unmask
    case answer
    case cost
    /// What the server found wrong in shares; asked for by `make interop`.
    case faults
    /// Sets the input context; asked for by `make interop`.
    case inputContext
  }

  /// What the process answers.
  enum Reply: UInt8 {
    case done = 1
    /// The round cannot go on; the content is a `NamedError`.
    case refusal
    /// Something else went wrong; the content is a `NamedError`.
    case failure
  }

  private let process = Process()
  private let channel: FrameChannel

  /// Starts the process.
  ///
  /// - Throws: `OpenFileLimit.TooLow`; what Foundation throws.
  init(_ role: Role) throws {
    try OpenFileLimit.raise()
    let (requests, replies) = (Pipe(), Pipe())
    process.executableURL = Self.executable
    process.arguments = [RoleCommand.name, role.rawValue]
    process.standardInput = requests
    process.standardOutput = replies
    channel = FrameChannel(
      input: replies.fileHandleForReading, output: requests.fileHandleForWriting)
    try process.run()
  }

  private static var executable: URL? {
    #if os(Linux)
      return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    #else
      return Bundle.main.executableURL
    #endif
  }

  /// Sends a request and waits for the reply.
  ///
  /// - Throws: `ServerRefusal` when the round cannot go on, `Failure` for anything else.
  func ask(
    _ request: Request, client: UInt32 = 0, content: [UInt8] = []
  ) throws -> [UInt8] {
    try channel.send(
      FrameChannel.Frame(kind: request.rawValue, client: client, content: content))
    guard let reply = try channel.receive(), let kind = Reply(rawValue: reply.kind) else {
      throw FrameChannel.Broken()
    }
    switch kind {
    case .done: return reply.content
    case .refusal: throw ServerRefusal(NamedError(content: reply.content))
    case .failure: throw Failure(description: NamedError(content: reply.content).text)
    }
  }

  /// Asks what the process has used since the last time.
  func cost() throws -> RoleCost {
    let numbers = FrameChannel.numbers(in: try ask(.cost)[...])
    guard numbers.count == 3, let peak = Int(exactly: numbers[2]) else {
      throw FrameChannel.Broken()
    }
    return RoleCost(
      milliseconds: Double(bitPattern: numbers[0]),
      wallMilliseconds: Double(bitPattern: numbers[1]), peakBytes: peak)
  }

  /// What opens a session: a seed, the number of threads, the session's parameters.
  static func opening(
    _ parameters: SessionParameters, seed: UInt64, threadCount: Int
  ) throws -> [UInt8] {
    try FrameChannel.bytes(of: seed) + FrameChannel.bytes(of: UInt64(threadCount))
      + parameters.serialized()
  }

  /// Ends the process and waits for it.
  func close() throws {
    try channel.output.close()
    process.waitUntilExit()
  }

  /// The process met an error that is not the session's.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
