import SecAgg
import Testing

/// Stored states of the last rounds that fit together in all but one thing, under checksums that match.
@Suite("Forged server")
struct ForgedServerTests {
  /// Of six clients, 2 does not share its keys and 5 sends no input.
  private func transcript(_ threatModel: ThreatModel) throws -> Transcript {
    try Transcript(
      parameters: testParameters(threatModel: threatModel, cohortSize: 6, threshold: 3), seed: 23,
      losing: [client(2): .shareKeys, client(5): .maskedInput])
  }

  /// Checks that the content of a state is refused after a change, and not before.
  private func expectRefusal(
    of server: ServerSession, after change: (inout [UInt8]) throws -> Void,
    naming field: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var content = Array(ForgedState.content(of: server.stored()))
    _ = try ServerSession(
      restoring: ForgedState.sealed(content), identities: TestIdentities.directory)
    try change(&content)
    #expect(
      throws: ServerError.notRestorable(.invalidField(field)), sourceLocation: sourceLocation
    ) {
      try ServerSession(
        restoring: ForgedState.sealed(content), identities: TestIdentities.directory)
    }
  }

  /// One point would stand twice in an interpolation.
  @Test("two shares of one secret from the same client")
  func repeatedHolder() throws {
    let server = try transcript(.semiHonest).server(in: .unmasking, afterTaking: 2)
    try expectRefusal(
      of: server,
      after: { content in
        // The last share before the number of faults: that of client 6 which client 3 holds.
        let holder = content.count - 8 - (4 + SecretShare.byteCount)
        try #require(content[holder] == 3)
        content[holder] = 1
      }, naming: "share")
  }

  @Test("a share reported as unopened by a client that has not answered")
  func faultWithoutAnswer() throws {
    let server = try transcript(.semiHonest).server(in: .unmasking, afterTaking: 2)
    try expectRefusal(
      of: server,
      after: { content in
        content.removeLast(8)
        content += [1, 0, 0, 0, 0, 0, 0, 0] + [6, 0, 0, 0] + [1, 0, 0, 0]
      }, naming: "share fault")
  }

  @Test("a signature of a client that did not contribute", arguments: [2, 5])
  func endorsementOfAStranger(number: Int) throws {
    let server = try transcript(.malicious).server(in: .consistencyCheck)
    try expectRefusal(
      of: server,
      after: { content in
        // The flags of six clients, none of which has signed.
        content[content.count - 7 + number] = 1
        content += [UInt8](repeating: 0, count: Signature.byteCount)
      }, naming: "endorsement")
  }

  @Test("a client that is asked although it has not signed", arguments: [2, 5])
  func askedWithoutSignature(number: Int) throws {
    let server = try transcript(.malicious).server(in: .unmasking)
    try expectRefusal(
      of: server,
      after: { content in
        // Flags of who is asked and of who has signed, four signatures, flags of who has answered,
        // six empty lists and the number of faults.
        let flags = content.count - 8 - 6 * 8 - 6 - 4 * Signature.byteCount - 6 - 6
        try #require(content[flags..<flags + 6] == [1, 0, 1, 1, 0, 1])
        content[flags + number - 1] = 1
      }, naming: "endorsement")
  }
}
