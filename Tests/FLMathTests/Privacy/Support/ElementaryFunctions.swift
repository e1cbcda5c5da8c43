import Foundation

extension Double {
  /// exp, of the C library.
  static func exponential(_ x: Double) -> Double { exp(x) }

  /// log(1 + x), of the C library.
  static func logOfOnePlus(_ x: Double) -> Double { log1p(x) }
}

extension Double {
  /// The cube root, of the C library.
  static func cubeRoot(_ x: Double) -> Double { cbrt(x) }
}

extension Double {
  /// The natural logarithm, of the C library.
  static func logarithm(_ x: Double) -> Double { log(x) }

  /// log(n!), of the C library.
  static func logOfFactorial(_ n: Int) -> Double { lgamma(Double(n) + 1) }
}
