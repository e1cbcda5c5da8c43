import RealModule

extension RandomNumberGenerator {
  /// A number of the standard normal distribution.
  ///
  /// The polar method of Marsaglia and Bray 1964. Its second number is dropped, so that a draw
  /// leaves no state behind but the generator's.
  mutating func standardNormal() -> Double {
    while true {
      let x = 2 * uniformUnit() - 1
      let y = 2 * uniformUnit() - 1
      let squaredRadius = x * x + y * y
      if squaredRadius > 0, squaredRadius < 1 {
        return x * (-2 * Double.log(squaredRadius) / squaredRadius).squareRoot()
      }
    }
  }
}
