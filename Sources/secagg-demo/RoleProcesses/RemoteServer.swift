import SecAgg
import SecAggWire

/// The server of a session in a process of its own.
struct RemoteServer: ServerEndpoint {
  private let process: RoleProcess

  /// Starts the process and opens a session in it; identities are made from `seed`.
  init(parameters: SessionParameters, seed: UInt64, threadCount: Int) throws {
    process = try RoleProcess(.server)
    _ = try process.ask(
      .open, content: RoleProcess.opening(parameters, seed: seed, threadCount: threadCount))
  }

  func receive(_ bytes: [UInt8], from sender: ClientID) throws {
    _ = try process.ask(.receive, client: sender.rawValue, content: bytes)
  }

  func closeRound() throws -> [ClientID] {
    Self.ids(FrameChannel.numbers(in: try process.ask(.closeRound)[...]))
  }

  func message(for id: ClientID) throws -> [UInt8] {
    try process.ask(.message, client: id.rawValue)
  }

  func unmask() throws -> UnmaskedSums {
    let numbers = FrameChannel.numbers(in: try process.ask(.unmask)[...])
    guard let first = numbers.first, let count = Int(exactly: first), count < numbers.count else {
      throw FrameChannel.Broken()
    }
    return UnmaskedSums(
      contributors: Self.ids(Array(numbers[1..<(count + 1)])), sums: Array(numbers[(count + 1)...]))
  }

  func takeCost() throws -> RoleCost {
    try process.cost()
  }

  /// Ends the process.
  func close() throws {
    try process.close()
  }

  private static func ids(_ numbers: [UInt64]) -> [ClientID] {
    numbers.compactMap { UInt32(exactly: $0).flatMap(ClientID.init) }
  }
}
