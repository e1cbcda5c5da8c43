import SecAgg
import SecAggWire
import Synchronization

/// One client of an aggregation of random vectors in a process of its own.
final class RemoteClient: ClientEndpoint {
  let id: ClientID
  let advertisement: [UInt8]
  let answersAlone = true
  private let process: Mutex<RoleProcess>

  /// Starts the process and the client in it, which makes its vector from `seed`.
  init(id: ClientID, parameters: SessionParameters, seed: UInt64, threadCount: Int) throws {
    let process = try RoleProcess(.client)
    self.id = id
    advertisement = try process.ask(
      .open, client: id.rawValue,
      content: RoleProcess.opening(parameters, seed: seed, threadCount: threadCount))
    self.process = Mutex(process)
  }

  func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep {
    try process.withLock { process in
      let answer = try process.ask(.answer, content: bytes)
      let cost = try process.cost()
      return ClientStep(bytes: answer, cost: cost)
    }
  }

  /// Ends the process.
  func close() throws {
    try process.withLock { try $0.close() }
  }
}
