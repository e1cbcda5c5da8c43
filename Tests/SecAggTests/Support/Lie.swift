import FLMath
import SecAgg
import Testing

/// How a client spoils the shares that it reveals.
enum Lie: CaseIterable, Sendable {
  /// Other field elements.
  case random
  /// One bit of the share is flipped.
  case oneBit
  /// The shares of its neighbours, each moved on to the next neighbour of the same kind.
  case ofAnotherSubject
  /// Two shares of the same kind change places.
  case swapped

  /// The answer with all shares of these kinds spoilt.
  func told(
    in answer: UnmaskingResponse, about kinds: Set<SecretKind> = Set(SecretKind.allCases),
    using generator: inout SimulationGenerator
  ) throws -> UnmaskingResponse {
    var shares = answer.shares
    for kind in kinds {
      let positions = shares.indices.filter { shares[$0].kind == kind }
      var spoilt = positions.map { shares[$0].share }
      switch self {
      case .random:
        for index in spoilt.indices { spoilt[index] = try randomShare(using: &generator) }
      case .oneBit:
        for index in spoilt.indices {
          var bytes = spoilt[index].bytes
          let bit = 64 * generator.below(5) + generator.below(61)
          bytes[bit / 8] ^= 1 << UInt8(bit % 8)
          spoilt[index] = try SecretShare(bytes: bytes)
        }
      case .ofAnotherSubject:
        spoilt.append(contentsOf: spoilt.prefix(1))
        spoilt.removeFirst(min(1, spoilt.count))
      case .swapped:
        if spoilt.count > 1 { spoilt.swapAt(0, spoilt.count - 1) }
      }
      for (position, share) in zip(positions, spoilt) {
        shares[position] = RevealedShare(
          subject: shares[position].subject, kind: kind, share: share)
      }
    }
    return answer.with(shares: shares, unopened: answer.unopened)
  }

  private func randomShare(using generator: inout SimulationGenerator) throws -> SecretShare {
    var bytes = generator.bytes(SecretShare.byteCount)
    for word in 0..<5 { bytes[8 * word + 7] &= 0x0f }
    return try SecretShare(bytes: bytes)
  }
}
