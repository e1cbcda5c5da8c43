extension Array where Element == Double {
  /// The position of the first NaN or infinity, `nil` if every element is finite.
  @usableFromInline
  package var firstNonFiniteIndex: Int? { span.firstNonFiniteIndex }
}

extension Span where Element: UpdateNumber {
  /// The position of the first NaN or infinity, `nil` if every element is finite.
  @inlinable
  package var firstNonFiniteIndex: Int? {
    // Adding one to the exponent field carries into the sign bit exactly when the field is all
    // ones, that is for NaN and infinity. Collecting carries, without a branch, vectorises.
    let exponentMask: UInt64 = 0x7FF0_0000_0000_0000
    let exponentUnit: UInt64 = 0x0010_0000_0000_0000
    var carries: UInt64 = 0
    for index in indices {
      carries |= (self[index].widened.bitPattern & exponentMask) &+ exponentUnit
    }
    if carries >> 63 == 0 { return nil }
    return indices.first { !self[$0].widened.isFinite }
  }
}
