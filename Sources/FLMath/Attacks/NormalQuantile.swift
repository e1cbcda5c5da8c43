internal import RealModule

/// The inverse of the standard normal distribution function.
enum NormalQuantile {
  /// The number that a standard normal one is below with this probability; minus infinity at 0 and
  /// infinity at 1.
  ///
  /// Newton's method on the logarithm of the smaller tail. Where the tail is convex in the logarithm
  /// every step falls short of the root or hits it, so the iteration cannot run away.
  static func value(at probability: Double) -> Double {
    guard probability > 0 else { return -.infinity }
    guard probability < 1 else { return .infinity }
    if probability > 0.5 { return -lowerValue(at: 1 - probability) }
    return lowerValue(at: probability)
  }

  private static func lowerValue(at probability: Double) -> Double {
    if probability == 0.5 { return 0 }
    let target = Double.log(probability)
    var x = 0.0
    for _ in 0..<60 {
      let tail = 0.5 * Double.erfc(-x / Double(2).squareRoot())
      let density = Double.exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
      let step = (Double.log(tail) - target) * tail / density
      x -= step
      if step.magnitude <= 1e-16 * (1 + x.magnitude) { break }
    }
    return x
  }
}
