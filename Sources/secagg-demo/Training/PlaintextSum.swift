import SecAgg

/// The check that only a simulation can make: whether a secure sum is the sum of what the clients
/// encoded, computed in the clear.
enum PlaintextSum {
  /// Whether the sums are equal. Signed lanes may wrap around; then both must have.
  static func equals(
    _ aggregate: UnmaskedAggregate, vectors: (ClientID) throws -> PackedVector
  ) rethrows -> Bool {
    switch aggregate.sums {
    case .unsigned(let sums):
      var plaintext = [UInt64](repeating: 0, count: sums.count)
      for id in aggregate.contributors {
        guard let elements = try vectors(id).elements.unsigned else { return false }
        for index in plaintext.indices { plaintext[index] += elements[index] }
      }
      return plaintext == sums
    case .signed(let sums):
      var plaintext = [Int64](repeating: 0, count: sums.count)
      for id in aggregate.contributors {
        guard let elements = try vectors(id).elements.signed else { return false }
        for index in plaintext.indices { plaintext[index] += elements[index] }
      }
      let lanes = aggregate.layout.lanes
      return words(of: plaintext, in: lanes) == words(of: sums, in: lanes)
    }
  }

  /// Numbers of either sign as the lanes of words, where a number that is too large for its lane moves
  /// the next.
  private static func words(of elements: [Int64], in lanes: ElementLanes) -> [UInt64] {
    let used = UInt64.max >> UInt64(UInt64.bitWidth - lanes.laneBits * lanes.lanesPerWord)
    return stride(from: 0, to: elements.count, by: lanes.lanesPerWord).map { first in
      var word: UInt64 = 0
      for lane in 0..<min(lanes.lanesPerWord, elements.count - first) {
        word &+= UInt64(bitPattern: elements[first + lane]) << UInt64(lane * lanes.laneBits)
      }
      return word & used
    }
  }
}
