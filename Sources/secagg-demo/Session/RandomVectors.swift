import FLMath
import SecAgg

/// The random vectors of an aggregation, made anew whenever one is asked for.
struct RandomVectors: Sendable {
  let seed: UInt64
  let layout: VectorLayout

  /// The vector of a client.
  func vector(of id: ClientID) throws -> PackedVector {
    try PackedVector(elements(of: id), layout: layout)
  }

  private func elements(of id: ClientID) -> [UInt64] {
    var generator = SimulationGenerator(seed: seed &* 0x1_0000_0001 &+ UInt64(id.rawValue))
    // The aggregations of the demo have unsigned lanes.
    let largest = UInt64.max >> UInt64(UInt64.bitWidth - layout.lanes.valueBits)
    var elements = [UInt64](repeating: 0, count: layout.elementCount)
    for index in elements.indices { elements[index] = generator.next() & largest }
    return elements
  }

  /// The sum that the server must come to.
  func plaintextSum(of contributors: [ClientID]) throws -> [UInt64] {
    var sum = [UInt64](repeating: 0, count: layout.elementCount)
    for id in contributors {
      let elements = elements(of: id)
      for index in sum.indices { sum[index] += elements[index] }
    }
    return sum
  }
}
