/// A number of at least 0 with a whole part of one word and a fraction of several: arithmetic that
/// is exact but for what is cut off below the last word.
struct BinaryFraction {
  /// The whole part, then the fraction from its most significant word on.
  private(set) var words: [UInt64]

  /// - Parameter fractionWords: how many words the fraction has.
  init(whole: UInt64, fractionWords: Int) {
    words = [UInt64](repeating: 0, count: fractionWords + 1)
    words[0] = whole
  }

  /// The fraction whose words are `fraction`.
  init(fraction: [UInt64]) {
    words = [0] + fraction
  }

  /// `numerator / denominator`, cut off; the numerator is below the denominator, which is below
  /// 2^127.
  init(_ numerator: UInt128, over denominator: UInt128, fractionWords: Int) {
    words = [0]
    var remainder = numerator
    for _ in 0..<fractionWords {
      var word: UInt64 = 0
      for _ in 0..<UInt64.bitWidth {
        remainder <<= 1
        word <<= 1
        if remainder >= denominator {
          remainder -= denominator
          word |= 1
        }
      }
      words.append(word)
    }
  }

  var isZero: Bool { words.allSatisfy { $0 == 0 } }

  /// The sum, modulo 2^64.
  static func + (left: BinaryFraction, right: BinaryFraction) -> BinaryFraction {
    var result = left
    var carry: UInt64 = 0
    for index in result.words.indices.reversed() {
      let (sum, overflow) = left.words[index].addingReportingOverflow(right.words[index])
      let (total, overflowed) = sum.addingReportingOverflow(carry)
      result.words[index] = total
      carry = overflow || overflowed ? 1 : 0
    }
    return result
  }

  /// The difference, or 0 if it is negative.
  static func - (left: BinaryFraction, right: BinaryFraction) -> BinaryFraction {
    guard right < left else { return BinaryFraction(whole: 0, fractionWords: left.words.count - 1) }
    var result = left
    var borrow: UInt64 = 0
    for index in result.words.indices.reversed() {
      let (difference, overflow) = left.words[index].subtractingReportingOverflow(
        right.words[index])
      let (total, overflowed) = difference.subtractingReportingOverflow(borrow)
      result.words[index] = total
      borrow = overflow || overflowed ? 1 : 0
    }
    return result
  }

  /// The product, cut off; of numbers whose product has a whole part of one word.
  static func * (left: BinaryFraction, right: BinaryFraction) -> BinaryFraction {
    let count = left.words.count
    var product = [UInt64](repeating: 0, count: 2 * count)
    for i in left.words.indices.reversed() {
      var carry: UInt64 = 0
      for j in right.words.indices.reversed() {
        let full = left.words[i].multipliedFullWidth(by: right.words[j])
        let sum = UInt128(full.high) << 64 | UInt128(full.low)
        // At most (2^64 - 1)^2 + 2 (2^64 - 1), which fits.
        let total = sum + UInt128(product[i + j + 1]) + UInt128(carry)
        product[i + j + 1] = UInt64(truncatingIfNeeded: total)
        carry = UInt64(truncatingIfNeeded: total >> 64)
      }
      product[i] = carry
    }
    var result = left
    // The whole parts multiply at index 1: words of weight 2^64 and above are 0 by agreement.
    for index in 0..<count { result.words[index] = product[index + 1] }
    return result
  }

  /// The quotient, cut off.
  func divided(by divisor: UInt64) -> BinaryFraction {
    var result = self
    var remainder: UInt64 = 0
    for index in words.indices {
      let (quotient, rest) = divisor.dividingFullWidth((remainder, words[index]))
      result.words[index] = quotient
      remainder = rest
    }
    return result
  }

  /// So many units of the last word.
  static func units(_ count: UInt64, fractionWords: Int) -> BinaryFraction {
    var result = BinaryFraction(whole: 0, fractionWords: fractionWords)
    result.words[fractionWords] = count
    return result
  }

  static func < (left: BinaryFraction, right: BinaryFraction) -> Bool {
    for index in left.words.indices where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index]
    }
    return false
  }
}

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
