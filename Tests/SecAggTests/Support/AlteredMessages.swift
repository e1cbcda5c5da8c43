import FLMath
import SecAgg
import Testing

/// The client with this number, where a test knows that it exists.
func client(_ number: Int) throws -> ClientID {
  try #require(ClientID(UInt32(number)))
}

extension ClientMessage {
  /// The same message under another name.
  func renamed(to sender: ClientID) -> ClientMessage {
    changed(session: session, sender: sender)
  }

  /// The same message for another session.
  func moved(to session: Digest) -> ClientMessage {
    changed(session: session, sender: sender)
  }

  private func changed(session: Digest, sender: ClientID) -> ClientMessage {
    switch self {
    case .keyAdvertisement(let message):
      .keyAdvertisement(
        KeyAdvertisement(
          session: session, sender: sender, sealingKey: message.sealingKey,
          maskKey: message.maskKey))
    case .shareDistribution(let message):
      .shareDistribution(
        ShareDistribution(
          session: session, sender: sender, selfMaskCommitment: message.selfMaskCommitment,
          shares: message.shares))
    case .maskedInput(let message):
      .maskedInput(MaskedInput(session: session, sender: sender, words: message.words))
    case .contributorEndorsement(let message):
      .contributorEndorsement(
        ContributorEndorsement(session: session, sender: sender, signature: message.signature))
    case .unmaskingResponse(let message):
      .unmaskingResponse(
        UnmaskingResponse(
          session: session, sender: sender, shares: message.shares, unopened: message.unopened))
    }
  }

  /// Another message that the sender might as well have sent in this round.
  func withOtherContent() throws -> ClientMessage {
    switch self {
    case .keyAdvertisement(let message):
      .keyAdvertisement(
        KeyAdvertisement(
          session: session, sender: sender, sealingKey: message.maskKey,
          maskKey: message.sealingKey))
    case .shareDistribution(let message):
      .shareDistribution(
        message.with(
          commitment: SessionParameters.applicationContext(of: Array("other".utf8))))
    case .maskedInput(let message):
      .maskedInput(message.with(words: message.words.map { $0 &+ 1 }))
    case .contributorEndorsement(let message):
      .contributorEndorsement(
        ContributorEndorsement(
          session: session, sender: sender,
          signature: try Signature(bytes: message.signature.bytes.reversed())))
    case .unmaskingResponse(let message):
      .unmaskingResponse(
        message.with(shares: [], unopened: message.shares.map(\.subject)))
    }
  }
}

extension ShareDistribution {
  func with(shares: [AddressedShares]) -> ShareDistribution {
    ShareDistribution(
      session: session, sender: sender, selfMaskCommitment: selfMaskCommitment, shares: shares)
  }

  func with(commitment: Digest) -> ShareDistribution {
    ShareDistribution(
      session: session, sender: sender, selfMaskCommitment: commitment, shares: shares)
  }
}

extension MaskedInput {
  func with(words: [UInt64]) -> MaskedInput {
    MaskedInput(session: session, sender: sender, words: words)
  }
}

extension UnmaskingResponse {
  func with(shares: [RevealedShare], unopened: [ClientID] = []) -> UnmaskingResponse {
    UnmaskingResponse(session: session, sender: sender, shares: shares, unopened: unopened)
  }
}

extension AddressedShares {
  /// The same envelope with other bytes in it.
  func with(bytes: [UInt8]) throws -> AddressedShares {
    AddressedShares(peer: peer, shares: try #require(SealedShares(bytes: bytes)))
  }
}

extension SimulationGenerator {
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// A uniform number below `bound`, near enough for choosing test cases.
  mutating func below(_ bound: Int) -> Int {
    Int(next() % UInt64(bound))
  }
}
