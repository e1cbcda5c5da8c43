extension [Double] {
  /// The mean of finite numbers, which is finite: where the sum overflows, shares are summed.
  ///
  /// There is at least one number.
  var finiteMean: Double {
    let sum = reduce(0, +)
    if sum.isFinite { return sum / Double(count) }
    return reduce(0) { $0 + $1 / Double(count) }
  }
}
