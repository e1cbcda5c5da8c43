/// Two numbers between which exp(-x) lies, for a fraction x, as close as asked for.
///
/// With them, decisions about exponentials are exact: where the enclosure does not decide, a closer
/// one does.
struct ExponentialEnclosure {
  let lower: BinaryFraction
  let upper: BinaryFraction

  /// Encloses exp(-`numerator` / `denominator`) to about 64 `words` bits.
  ///
  /// - Parameter denominator: above 0 and below 2^127.
  init(_ numerator: UInt128, over denominator: UInt128, words: Int) {
    let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    guard whole < UInt128(64 * words) else {
      // exp(-whole) is below 2^-whole, and so below the last place.
      lower = BinaryFraction(whole: 0, fractionWords: words)
      upper = .units(1, fractionWords: words)
      return
    }
    let fraction = BinaryFraction(rest, over: denominator, fractionWords: words)
    var value = Self.series(fraction)
    var factor = Self.series(BinaryFraction(whole: 1, fractionWords: words))
    var exponent = UInt64(whole)
    while exponent > 0 {
      if exponent & 1 == 1 { value = Self.product(value, factor) }
      exponent >>= 1
      if exponent > 0 { factor = Self.product(factor, factor) }
    }
    lower = value.lower
    upper = value.lower + .units(value.width, fractionWords: words)
  }

  /// A lower bound, and by how many units of the last place the number may be above it.
  private typealias Bound = (lower: BinaryFraction, width: UInt64)

  /// exp(-x) for x from 0 to 1 that may be a unit too small, by its power series.
  private static func series(_ x: BinaryFraction) -> Bound {
    let words = x.words.count - 1
    var positive = BinaryFraction(whole: 1, fractionWords: words)
    var negative = BinaryFraction(whole: 0, fractionWords: words)
    var term = positive
    var index: UInt64 = 0
    while !term.isZero {
      index += 1
      term = (term * x).divided(by: index)
      if index % 2 == 1 { negative = negative + term } else { positive = positive + term }
    }
    // Each term is less than 4 units too small, and so are the ones left out together; the x that
    // was cut off moves the result by less than a unit.
    let error = 4 * (index + 2)
    return (positive - negative - .units(error, fractionWords: words), 2 * error + 1)
  }

  private static func product(_ left: Bound, _ right: Bound) -> Bound {
    // (l + a)(r + b) <= l r + a + b + 1 for factors of at most 1, and cutting off costs a unit.
    (left.lower * right.lower, left.width + right.width + 2)
  }
}
