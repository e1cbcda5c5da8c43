/// The product of powers of transforms of pairs of real vectors.
struct CompositionSpectrum {
  private let transform: FourierTransform
  private let positions: [Int]
  private var upperReal: [Double]
  private var upperImaginary: [Double]
  private var lowerReal: [Double]
  private var lowerImaginary: [Double]

  /// - Parameter count: the length of the vectors, a power of two.
  init(count: Int) {
    let transform = FourierTransform(count: count)
    self.transform = transform
    positions = transform.positions()
    let frequencies = count / 2 + 1
    upperReal = [Double](repeating: 1, count: frequencies)
    upperImaginary = [Double](repeating: 0, count: frequencies)
    lowerReal = upperReal
    lowerImaginary = upperImaginary
  }

  /// Multiplies by the transforms of two grids, raised to a power.
  mutating func multiply(_ upper: TiltedGrid, _ lower: TiltedGrid, repetitions: Int) {
    let count = transform.count
    var real = [Double](repeating: 0, count: count)
    var imaginary = real
    for index in upper.masses.indices {
      real[(upper.start + index) & (count - 1)] += upper.masses[index]
    }
    for index in lower.masses.indices {
      imaginary[(lower.start + index) & (count - 1)] += lower.masses[index]
    }
    transform.forward(&real, &imaginary)
    for frequency in upperReal.indices {
      // The transforms of the real and of the imaginary part are the parts of this one that are
      // conjugate-even and conjugate-odd.
      let here = positions[frequency]
      let there = positions[(count - frequency) & (count - 1)]
      let ofUpper = ComplexNumber(
        real: (real[here] + real[there]) / 2,
        imaginary: (imaginary[here] - imaginary[there]) / 2
      ).power(repetitions)
      let ofLower = ComplexNumber(
        real: (imaginary[here] + imaginary[there]) / 2,
        imaginary: (real[there] - real[here]) / 2
      ).power(repetitions)
      let upperProduct =
        ComplexNumber(real: upperReal[frequency], imaginary: upperImaginary[frequency]) * ofUpper
      let lowerProduct =
        ComplexNumber(real: lowerReal[frequency], imaginary: lowerImaginary[frequency]) * ofLower
      (upperReal[frequency], upperImaginary[frequency]) =
        (upperProduct.real, upperProduct.imaginary)
      (lowerReal[frequency], lowerImaginary[frequency]) =
        (lowerProduct.real, lowerProduct.imaginary)
    }
  }

  /// The vector of which this is the spectrum: the upper bound as real, the lower as imaginary part.
  func inverse() -> (real: [Double], imaginary: [Double]) {
    let count = transform.count
    var real = [Double](repeating: 0, count: count)
    var imaginary = real
    for frequency in upperReal.indices {
      let here = positions[frequency]
      let there = positions[(count - frequency) & (count - 1)]
      real[there] = upperReal[frequency] + lowerImaginary[frequency]
      imaginary[there] = lowerReal[frequency] - upperImaginary[frequency]
      real[here] = upperReal[frequency] - lowerImaginary[frequency]
      imaginary[here] = lowerReal[frequency] + upperImaginary[frequency]
    }
    transform.inverse(&real, &imaginary)
    return (real, imaginary)
  }
}

/// A complex number, for powers.
private struct ComplexNumber {
  var real: Double
  var imaginary: Double

  static func * (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
    ComplexNumber(
      real: left.real * right.real - left.imaginary * right.imaginary,
      imaginary: left.real * right.imaginary + left.imaginary * right.real)
  }

  func power(_ exponent: Int) -> ComplexNumber {
    var (result, square, rest) = (ComplexNumber(real: 1, imaginary: 0), self, exponent)
    while true {
      if rest & 1 == 1 { result = result * square }
      rest >>= 1
      if rest == 0 { return result }
      square = square * square
    }
  }
}
