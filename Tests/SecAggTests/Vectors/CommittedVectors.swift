import Foundation
import Testing

@testable import SecAgg

/// Compares the files of `TestVectors` with the code. `make vectors` writes them again.
@Suite("Vectors", .serialized)
struct CommittedVectors {
  @Test("transcripts", arguments: SessionVectors.all.indices)
  func transcript(index: Int) throws {
    try SessionVectors.all[index].verify()
    // One client leaves in every round of the threat model.
    let input = try #require(SessionVectors.all[index].read().first).input
    let leavings = Set(input.clients.map(\.leaves.rawValue))
    #expect(leavings.count == (input.parameters.threatModel == 1 ? 5 : 6))
  }

  @Test("session digests") func digests() throws { try PieceVectors.digests.verify() }

  @Test("graphs") func graphs() throws { try PieceVectors.graphs.verify() }

  @Test("roster commitments") func rosters() throws { try PieceVectors.rosters.verify() }

  @Test("sharing") func sharing() throws { try PieceVectors.sharing.verify() }

  @Test("packing and masks") func masks() throws { try PieceVectors.masks.verify() }

  @Test("rotations") func rotation() throws { try PieceVectors.rotation.verify() }

  @Test("public keys") func publicKeys() throws { try PieceVectors.publicKeys.verify() }

  @Test("refused bytes") func refusedBytes() throws { try RefusalVectors.bytes.verify() }

  @Test("refused messages") func refusedMessages() throws { try RefusalVectors.messages.verify() }

  @Test("refused sessions") func refusedSessions() throws {
    try RefusedSessionVectors.file.verify()
  }

  @Test("recovery") func recovery() throws { try RecoveryVectors.file.verify() }

  @Test("averaging") func averaging() throws { try AveragingVectors.plain.verify() }

  @Test("private averaging") func privateAveraging() throws {
    try AveragingVectors.noisy.verify()
  }

  @Test("every file of the folder is verified here")
  func files() throws {
    let known =
      SessionVectors.all.map(\.name) + [
        PieceVectors.digests.name, PieceVectors.graphs.name, PieceVectors.rosters.name,
        PieceVectors.sharing.name, PieceVectors.masks.name, PieceVectors.rotation.name,
        PieceVectors.publicKeys.name,
        RefusalVectors.bytes.name, RefusalVectors.messages.name,
        RefusedSessionVectors.file.name, RecoveryVectors.file.name,
        AveragingVectors.plain.name, AveragingVectors.noisy.name,
      ]
    let found = try FileManager.default.contentsOfDirectory(
      at: VectorFile<GraphVector>.folder, includingPropertiesForKeys: nil)
    #expect(
      Set(found.map(\.lastPathComponent)) == Set(known.map { $0 + ".json" } + ["README.md"]))
  }
}
