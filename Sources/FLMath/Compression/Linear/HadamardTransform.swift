/// The Walsh-Hadamard transform in natural order.
enum HadamardTransform {
  /// Transforms in place and divides by the root of the length, so that norms are kept and the
  /// transform is its own inverse.
  ///
  /// - Parameter values: a power of two of them.
  /// - Complexity: O(n log n) for n numbers, without allocation.
  static func normalized(_ values: inout [Double]) {
    let scale = 1 / Double(values.count).squareRoot()
    var span = values.mutableSpan
    var half = 1
    while half < span.count {
      var start = 0
      while start < span.count {
        for index in start..<start &+ half {
          let (left, right) = (span[index], span[index &+ half])
          span[index] = left + right
          span[index &+ half] = left - right
        }
        start &+= 2 &* half
      }
      half &*= 2
    }
    for index in 0..<span.count { span[index] *= scale }
  }
}
