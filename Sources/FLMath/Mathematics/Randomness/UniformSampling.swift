// The standard library does not promise that its own sampling stays the same from version to
// version. These functions are fixed, so that a seed gives the same experiment everywhere.

extension RandomNumberGenerator {
  /// A number from 0 to 1, 1 excluded, as a multiple of 2^-53.
  mutating func uniformUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from 0 to 1, 0 excluded, as a multiple of 2^-53: it has a logarithm.
  mutating func uniformUnitAboveZero() -> Double {
    Double((next() >> 11) + 1) * 0x1p-53
  }

  /// A number below `bound`, each equally likely; 0 if the bound is not positive.
  ///
  /// Lemire 2019, "Fast Random Integer Generation in an Interval".
  mutating func uniformIndex(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let bound = UInt64(bound)
    // Low halves below 2^64 mod bound would make some results likelier than others.
    let rejected = (0 &- bound) % bound
    var product = next().multipliedFullWidth(by: bound)
    while product.low < rejected {
      product = next().multipliedFullWidth(by: bound)
    }
    return Int(product.high)
  }

  /// Brings `elements` into a random order, each equally likely (Fisher and Yates; Durstenfeld
  /// 1964).
  // Inlined, so that the element type is known: generic swaps allocate.
  @inline(__always)
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    var remaining = elements.count
    while remaining > 1 {
      let chosen = uniformIndex(below: remaining)
      remaining -= 1
      elements.swapAt(chosen, remaining)
    }
  }
}
