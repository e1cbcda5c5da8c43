import FLMath

/// One way in which a message can be damaged, or tampered with by someone who does not understand
/// it.
enum Mutation: CaseIterable, Sendable {
  case flipBits
  case changeBytes
  case truncate
  case extend
  case duplicateSlice
  case removeSlice
  case splice
}

/// A message after its mutation, with what is needed to make it again.
struct MutatedMessage: Sendable, CustomStringConvertible {
  let bytes: [UInt8]
  let mutation: Mutation
  /// The seed of the mutator, and the number of mutations it had made before.
  let seed: UInt64
  let number: Int

  var description: String { "mutation \(number) (\(mutation)) of seed \(seed): \(bytes)" }
}

/// Damages messages, the same way for the same seed.
///
/// What comes out may happen to be what went in: a slice can be doubled into itself.
struct MessageMutator {
  let seed: UInt64
  private var generator: SimulationGenerator
  private var made = 0

  init(seed: UInt64) {
    self.seed = seed
    generator = SimulationGenerator(seed: seed)
  }

  /// Damages `bytes` in a way drawn at random.
  ///
  /// - Parameter other: the message that a splice takes its second half from.
  mutating func mutate(_ bytes: [UInt8], other: [UInt8]) -> MutatedMessage {
    let ways = Mutation.allCases
    return mutate(bytes, other: other, by: ways[Int.random(in: ways.indices, using: &generator)])
  }

  /// Damages `bytes` in the given way.
  mutating func mutate(
    _ bytes: [UInt8], other: [UInt8], by mutation: Mutation
  ) -> MutatedMessage {
    defer { made += 1 }
    return MutatedMessage(
      bytes: mutated(bytes, other: other, by: mutation), mutation: mutation, seed: seed,
      number: made)
  }

  /// As many uniform bytes.
  mutating func garbage(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  private mutating func mutated(
    _ bytes: [UInt8], other: [UInt8], by mutation: Mutation
  ) -> [UInt8] {
    var bytes = bytes
    switch mutation {
    case .flipBits:
      guard !bytes.isEmpty else { return bytes }
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let bit = Int.random(in: 0..<8 * bytes.count, using: &generator)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      }
    case .changeBytes:
      guard !bytes.isEmpty else { return bytes }
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
    case .truncate:
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
    case .extend:
      bytes += garbage(count: Int.random(in: 1...16, using: &generator))
    case .duplicateSlice:
      let slice = slice(of: bytes)
      bytes.insert(contentsOf: Array(bytes[slice]), at: slice.upperBound)
    case .removeSlice:
      bytes.removeSubrange(slice(of: bytes))
    case .splice:
      bytes = Array(
        bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))
          + other.suffix(Int.random(in: 0...other.count, using: &generator)))
    }
    return bytes
  }

  private mutating func slice(of bytes: [UInt8]) -> Range<Int> {
    let one = Int.random(in: 0...bytes.count, using: &generator)
    let other = Int.random(in: 0...bytes.count, using: &generator)
    return min(one, other)..<max(one, other)
  }
}
