import Foundation
package import SecAgg
import SecAggWire
import Synchronization

/// A role of the protocol in a process of its own, so that its memory is its own as well.
///
/// The process runs the program `secagg-role`, which is built beside this one.
package final class RoleProcess {
  /// Which role.
  package enum Role: String {
    case server
    case client
  }

  /// What the process is asked for.
  package enum Request: UInt8 {
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
  package enum Reply: UInt8 {
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
  /// - Throws: `OpenFileLimit.TooLow`, `ProgramMissing`; what Foundation throws.
  init(_ role: Role) throws {
    try OpenFileLimit.raise()
    let (requests, replies) = (Pipe(), Pipe())
    process.executableURL = try Self.program()
    process.arguments = [role.rawValue]
    process.standardInput = requests
    process.standardOutput = replies
    channel = FrameChannel(
      input: replies.fileHandleForReading, output: requests.fileHandleForWriting)
    try process.run()
  }

  private static func program() throws(ProgramMissing) -> URL {
    #if os(Linux)
      let executable: URL? = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    #else
      let executable = Bundle.main.executableURL
    #endif
    let folder = executable?.deletingLastPathComponent() ?? Bundle.main.bundleURL
    let program = folder.appendingPathComponent("secagg-role")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw ProgramMissing(path: program.path)
    }
    return program
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

  /// The cost of the process since the last call.
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

  /// The program of the processes is not beside this one.
  struct ProgramMissing: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "Expected the program of the server and the client at \(path), found none. Build it with "
        + "`swift build --product secagg-role`, and keep it beside this program."
    }
  }

  /// The process met an error that is not the session's.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}

/// The server of a session in a process of its own.
package struct RemoteServer: ServerEndpoint {
  private let process: RoleProcess

  /// Starts the process and opens a session in it; identities are made from `seed`.
  package init(parameters: SessionParameters, seed: UInt64, threadCount: Int) throws {
    process = try RoleProcess(.server)
    _ = try process.ask(
      .open, content: RoleProcess.opening(parameters, seed: seed, threadCount: threadCount))
  }

  package func receive(_ bytes: [UInt8], from sender: ClientID) throws {
    _ = try process.ask(.receive, client: sender.rawValue, content: bytes)
  }

  package func closeRound() throws -> [ClientID] {
    Self.ids(FrameChannel.numbers(in: try process.ask(.closeRound)[...]))
  }

  package func message(for id: ClientID) throws -> [UInt8] {
    try process.ask(.message, client: id.rawValue)
  }

  package func unmask() throws -> UnmaskedSums {
    let numbers = FrameChannel.numbers(in: try process.ask(.unmask)[...])
    guard let first = numbers.first, let count = Int(exactly: first), count < numbers.count else {
      throw FrameChannel.Broken()
    }
    return UnmaskedSums(
      contributors: Self.ids(Array(numbers[1..<(count + 1)])), sums: Array(numbers[(count + 1)...]))
  }

  package func takeCost() throws -> RoleCost {
    try process.cost()
  }

  /// Ends the process.
  package func close() throws {
    try process.close()
  }

  private static func ids(_ numbers: [UInt64]) -> [ClientID] {
    numbers.compactMap { UInt32(exactly: $0).flatMap(ClientID.init) }
  }
}

/// One client of an aggregation of random vectors in a process of its own.
package final class RemoteClient: ClientEndpoint {
  package let id: ClientID
  package let advertisement: [UInt8]
  package let answersAlone = true
  private let process: Mutex<RoleProcess>

  /// Starts the process and the client in it, which makes its vector from `seed`.
  package init(id: ClientID, parameters: SessionParameters, seed: UInt64, threadCount: Int) throws {
    let process = try RoleProcess(.client)
    self.id = id
    advertisement = try process.ask(
      .open, client: id.rawValue,
      content: RoleProcess.opening(parameters, seed: seed, threadCount: threadCount))
    self.process = Mutex(process)
  }

  package func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep {
    try process.withLock { process in
      let answer = try process.ask(.answer, content: bytes)
      let cost = try process.cost()
      return ClientStep(bytes: answer, cost: cost)
    }
  }

  /// Ends the process.
  package func close() throws {
    try process.withLock { try $0.close() }
  }
}

/// The number of files that this process may have open. Foundation traps where a pipe is one too many, and fails to
/// start a process with fewer than about 256.
enum OpenFileLimit {
  static let needed: UInt64 = 256

  /// Raises the limit as far as the system allows, if it is too low.
  ///
  /// - Throws: ``TooLow``.
  static func raise() throws(TooLow) {
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard unsafe getrlimit(files, &limit) == 0, limit.rlim_cur < needed else { return }
    let found = UInt64(limit.rlim_cur)
    limit.rlim_cur = min(limit.rlim_max, rlim_t(needed))
    guard limit.rlim_cur >= needed, unsafe setrlimit(files, &limit) == 0 else {
      throw TooLow(found: found)
    }
  }

  /// The limit is too low, and cannot be raised.
  struct TooLow: Error, CustomStringConvertible {
    let found: UInt64

    var description: String {
      "Expected a limit of at least \(needed) open files for the server's and the client's process, found "
        + "\(found); raise it, for example with `ulimit -n 256`."
    }
  }
}
