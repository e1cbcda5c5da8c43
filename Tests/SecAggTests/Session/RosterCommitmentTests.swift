import FLMath
import Testing

@testable import SecAgg

/// The commitment binds every byte of every advertisement, their order, number and session.
@Suite("Roster commitment")
struct RosterCommitmentTests {
  private let session = Digest(words: (1, 2, 3, 4))

  private func key(_ generator: inout SimulationGenerator) throws -> PublicKey {
    var bytes = OctetString.random(32, &generator)
    bytes[31] &= 0x7f
    return try PublicKey(bytes: bytes)
  }

  private func advertisements(_ count: Int, seed: UInt64) throws -> [KeyAdvertisement] {
    var generator = SimulationGenerator(seed: seed)
    return try ClientID.all(cohortSize: count).map { id in
      KeyAdvertisement(
        session: session, sender: id, sealingKey: try key(&generator), maskKey: try key(&generator))
    }
  }

  private func commitment(_ advertisements: [KeyAdvertisement]) -> Digest {
    RosterCommitment(advertisements).digest(session: session)
  }

  private func leaf(_ advertisement: KeyAdvertisement) -> [UInt8] {
    var leaf = HandEncoding(label: "SecAgg/1 roster leaf")
    leaf.half(advertisement.sender.rawValue)
    leaf.octets(advertisement.sealingKey.bytes)
    leaf.octets(advertisement.maskKey.bytes)
    return leaf.hashed()
  }

  private func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var node = HandEncoding(label: "SecAgg/1 roster node")
    node.octets(left)
    node.octets(right)
    return node.hashed()
  }

  /// The trees written out, as RFC 6962, section 2.1 splits them.
  private func root(_ h: [[UInt8]]) -> [UInt8]? {
    func four(_ first: Int) -> [UInt8] {
      node(node(h[first], h[first + 1]), node(h[first + 2], h[first + 3]))
    }
    return switch h.count {
    case 1: h[0]
    case 2: node(h[0], h[1])
    case 3: node(node(h[0], h[1]), h[2])
    case 4: four(0)
    case 5: node(four(0), h[4])
    case 6: node(four(0), node(h[4], h[5]))
    case 7: node(four(0), node(node(h[4], h[5]), h[6]))
    case 8: node(four(0), four(4))
    case 9: node(node(four(0), four(4)), h[8])
    default: nil
    }
  }

  @Test("recomputed from its description", arguments: 1...9)
  func recomputed(count: Int) throws {
    let advertisements = try advertisements(count, seed: UInt64(count))
    var expected = HandEncoding(label: "SecAgg/1 roster commitment")
    expected.octets(session.bytes)
    // Ids 1 to `count`, all of them there.
    let ids = (1 << count) - 1
    expected.word(UInt64(count > 8 ? 2 : 1))
    expected.octets(count > 8 ? [0xff, UInt8(ids >> 8)] : [UInt8(ids)])
    expected.octets(try #require(root(advertisements.map(leaf))))
    #expect(commitment(advertisements).bytes == expected.hashed(), "seed \(count)")
  }

  @Test("a flipped bit of any byte of any key gives another commitment")
  func everyByte() throws {
    let original = try advertisements(5, seed: 5)
    var seen: Set = [commitment(original)]
    for index in original.indices {
      for place in 0..<64 {
        var sealing = original[index].sealingKey.bytes
        var mask = original[index].maskKey.bytes
        if place < 32 { sealing[place] ^= 4 } else { mask[place - 32] ^= 4 }
        var changed = original
        changed[index] = KeyAdvertisement(
          session: session, sender: original[index].sender,
          sealingKey: try PublicKey(bytes: sealing), maskKey: try PublicKey(bytes: mask))
        seen.insert(commitment(changed))
      }
    }
    #expect(seen.count == 1 + 5 * 64)
  }

  @Test("another sender, order, number or session gives another commitment")
  func structure() throws {
    let original = try advertisements(6, seed: 6)
    var seen: Set = [commitment(original)]
    var variants = 1
    for index in original.indices {
      var changed = original
      changed[index] = KeyAdvertisement(
        session: session, sender: try #require(ClientID(100)),
        sealingKey: original[index].sealingKey, maskKey: original[index].maskKey)
      seen.insert(commitment(changed))
      changed[index] = KeyAdvertisement(
        session: session, sender: original[index].sender,
        sealingKey: original[index].maskKey, maskKey: original[index].sealingKey)
      seen.insert(commitment(changed))
      changed = original
      changed.remove(at: index)
      seen.insert(commitment(changed))
      seen.insert(commitment(original + [original[index]]))
      variants += 4
      for other in (index + 1)..<6 {
        changed = original
        changed.swapAt(index, other)
        seen.insert(commitment(changed))
        variants += 1
      }
    }
    for session in [Digest(words: (0, 2, 3, 4)), Digest(words: (1, 2, 3, 5))] {
      seen.insert(RosterCommitment(original).digest(session: session))
      variants += 1
    }
    #expect(seen.count == variants)
  }
}
