import SecAggWire
import Testing

@testable import SecAgg

/// A transcript in which some messages of clients are replaced by lies, and what the server makes of it
/// (specification, section 12).
struct RecoveryVector: VectorCase {
  struct Replacement: Codable {
    /// The place in the transcript's messages.
    var index: Int
    var bytes: Hex
  }

  struct Input: Codable {
    var about: String
    var transcript: String
    var replaced: [Replacement]
  }

  struct Fault: Codable {
    var finding: UInt8
    var holder: UInt32?
    var dealer: UInt32
    var kind: UInt8

    init(_ fault: ShareFault) {
      finding = fault.finding.rawValue
      holder = fault.finding == .wrongSecret ? nil : fault.holder.rawValue
      dealer = fault.dealer.rawValue
      kind = fault.kind.rawValue
    }
  }

  var input: Input
  /// The error; absent if there is a sum.
  var error: String?
  var faults: [Fault]

  init(_ input: Input) throws {
    let transcript = try #require(
      SessionVectors.all.first { $0.name == input.transcript }?.read().first)
    var messages = transcript.messages
    for replacement in input.replaced { messages[replacement.index].bytes = replacement.bytes }
    var server = try RefusedMessageVector.server(
      of: SessionReplay(transcript.input), after: messages[...])
    self.input = input
    do {
      faults = try server.unmask().faults.map { Fault($0) }
    } catch {
      self.error = ErrorName.of(error)
      faults = error.faults.map { Fault($0) }
    }
  }
}

/// The inputs: transcripts with altered shares, envelopes and commitments.
enum RecoveryVectors {
  static let file = VectorFile<RecoveryVector>(
    name: "recovery",
    about: "Transcripts with lies about shares -> the sum's faults, or the error."
  ) {
    var inputs: [RecoveryVector.Input] = []
    for name in ["session-semi-honest", "session-malicious"] {
      inputs += try [
        (
          "one wrong share",
          replacing(name, .unmasking, [0]) { try $0.lying(about: { $0 == 0 }) }
        ),
        (
          "a client that lies about all shares",
          replacing(name, .unmasking, [1]) { try $0.lying(about: { _ in true }) }
        ),
        (
          "two clients that lie about every second share",
          replacing(name, .unmasking, [0, 2]) { try $0.lying(about: { $0 % 2 == 0 }) }
        ),
        (
          "all clients lie about all shares",
          replacing(name, .unmasking, 0..<16) { try $0.lying(about: { _ in true }) }
        ),
        (
          "a client that says that nothing opens",
          replacing(name, .unmasking, [0]) { $0.openingNothing() }
        ),
        (
          "a dealer with another self-mask commitment",
          replacing(name, .shareKeys, [3]) { try $0.committingToAnotherSelfMask() }
        ),
        (
          "dealers with another self-mask commitment, and a liar",
          replacing(name, .shareKeys, [3, 4]) { try $0.committingToAnotherSelfMask() }
            + replacing(name, .unmasking, [0]) { try $0.lying(about: { _ in true }) }
        ),
        (
          "a dealer whose commitments fit no share",
          replacing(name, .shareKeys, [3]) { try $0.committingToOtherShares() }
        ),
      ].map { RecoveryVector.Input(about: $0, transcript: name, replaced: $1) }
    }
    return inputs
  }

  /// The `places`-th messages of a round, changed.
  private static func replacing(
    _ name: String, _ round: ProtocolRound, _ places: some Sequence<Int>,
    _ change: (ClientMessage) throws -> ClientMessage
  ) throws -> [RecoveryVector.Replacement] {
    let transcript = try #require(SessionVectors.all.first { $0.name == name }?.read().first)
    let indices = transcript.messages.indices.filter {
      transcript.messages[$0].round == round.rawValue
        && transcript.messages[$0].direction == "to server"
    }
    return try places.filter { $0 < indices.count }.map { place in
      let message = transcript.messages[indices[place]]
      let changed = try change(
        ClientMessage(serialized: message.bytes.bytes, from: .of(message.client)))
      return RecoveryVector.Replacement(
        index: indices[place], bytes: Hex(try changed.serialized()))
    }
  }
}

extension ClientMessage {
  /// The shares at some places, each with 1 added to its last word.
  fileprivate func lying(about isLie: (Int) -> Bool) throws -> ClientMessage {
    guard case .unmaskingResponse(let answer) = self else { return self }
    let shares = try answer.shares.enumerated().map { place, revealed in
      guard isLie(place) else { return revealed }
      var words = Hex(revealed.share.bytes).words
      words[4] = (words[4] + 1) % FieldElement.modulus
      return RevealedShare(
        subject: revealed.subject, kind: revealed.kind,
        share: try SecretShare(bytes: Hex(words: words).bytes))
    }
    return .unmaskingResponse(answer.with(shares: shares))
  }

  fileprivate func openingNothing() -> ClientMessage {
    guard case .unmaskingResponse(let answer) = self else { return self }
    return .unmaskingResponse(
      UnmaskingResponse(
        session: answer.session, sender: answer.sender, shares: [],
        unopened: (answer.shares.map(\.subject) + answer.unopened).sorted()))
  }

  fileprivate func committingToAnotherSelfMask() throws -> ClientMessage {
    guard case .shareDistribution(let shares) = self else { return self }
    return .shareDistribution(shares.with(commitment: try Hex.fixed("another self mask").digest))
  }

  fileprivate func committingToOtherShares() throws -> ClientMessage {
    guard case .shareDistribution(let distribution) = self else { return self }
    let shares = try distribution.shares.map { entry in
      var bytes = entry.shares.bytes
      for index in 0..<SealedShares.commitmentsByteCount { bytes[index] ^= 1 }
      return AddressedShares(
        peer: entry.peer, shares: try #require(SealedShares(bytes: bytes)))
    }
    return .shareDistribution(distribution.with(shares: shares))
  }
}
