import FLMath
import Synchronization
import Testing

@testable import SecAgg

/// The directory is asked once for each client. A directory that changes its answers cannot make what was
/// pinned differ from what is verified later.
@Suite("Identity directory")
struct DirectoryTests {
  /// Gives the right key the first time, another one from then on.
  private final class FickleDirectory: IdentityDirectory {
    private let asked = Mutex<[ClientID: Int]>([:])

    var counts: [ClientID: Int] { asked.withLock { $0 } }

    func identityKey(of id: ClientID) -> IdentityPublicKey? {
      let isFirst = asked.withLock { asked in
        asked[id, default: 0] += 1
        return asked[id] == 1
      }
      let answered = isFirst ? id : ClientID.all(cohortSize: 1).first
      return answered.flatMap { TestIdentities.directory?.identityKey(of: $0) }
    }
  }

  @Test("client and server ask once for each id", arguments: [nil, 6])
  func once(degree: Int?) throws {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: 12, degree: degree, threshold: degree == nil ? 6 : 4)
    let (serversDirectory, clientsDirectory) = (FickleDirectory(), FickleDirectory())
    var server = ServerSession(parameters: parameters, identities: serversDirectory)
    let ids = ClientID.all(cohortSize: 12)
    var clients: [ClientID: SimulatedClient] = [:]
    for id in ids {
      let client = try SimulatedClient(
        id: id, parameters: parameters,
        input: PackedVector(
          [UInt64](repeating: 1, count: parameters.layout.elementCount),
          layout: parameters.layout),
        identities: id == ids[0]
          ? clientsDirectory as any IdentityDirectory : #require(TestIdentities.directory))
      clients[id] = client
      try server.receive(client.opening, from: id)
    }
    for round in ProtocolRound.rounds(in: .malicious).dropFirst() {
      try server.closeRound()
      for message in server.messages {
        let answer = try #require(try clients[message.recipient]?.answer(message))
        try server.receive(answer, from: message.recipient)
      }
      #expect(server.stage.rawValue == round.rawValue)
    }
    #expect(try server.unmask().contributors == ids)
    #expect(serversDirectory.counts.count == 12)
    #expect(serversDirectory.counts.values.allSatisfy { $0 == 1 })
    #expect(clientsDirectory.counts.values.allSatisfy { $0 == 1 })
    // Neighbours and endorsers; in the complete graph all others.
    #expect(clientsDirectory.counts.count >= (degree ?? 11))
  }
}
