/// What one client's update loses by clipping.
package struct ClippedCoordinates {
  /// The largest magnitude of a coordinate, before any clipping.
  package let largest: Double
  /// The number of coordinates that are cut off at the bound, after the norm was clipped.
  package let count: UInt64

  /// Goes through the update once, without a branch on a number.
  @inlinable
  package init(
    of numbers: Span<some UpdateNumber>, shortenedBy factors: L2Clipping.Factors, bound: Double
  ) {
    var largest = 0.0
    var count: UInt64 = 0
    for index in numbers.indices {
      let number = numbers[index].widened
      largest = number.magnitude > largest ? number.magnitude : largest
      let shortened = (number * factors.first * factors.second).magnitude
      count &+= (bound - shortened).bitPattern &>> 63
    }
    self.largest = largest
    self.count = count
  }
}
