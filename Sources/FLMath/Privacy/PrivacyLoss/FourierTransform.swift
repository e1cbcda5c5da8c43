internal import RealModule

/// The discrete Fourier transform of complex vectors of one length, a power of two.
///
/// Forward leaves the frequencies in bit-reversed order and inverse takes them so, which saves both
/// permutations (Gentleman and Sande 1966; Cooley and Tukey 1965).
struct FourierTransform {
  let count: Int
  private let cosines: [Double]
  private let sines: [Double]

  /// - Parameter count: a power of two, at least 2.
  init(count: Int) {
    self.count = count
    let step = 2 * Double.pi / Double(count)
    cosines = (0..<count / 2).map { Double.cos(step * Double($0)) }
    sines = (0..<count / 2).map { Double.sin(step * Double($0)) }
  }

  /// The places of all frequencies after ``forward(_:_:)``: their bits in reverse.
  func positions() -> [Int] {
    var positions = [0]
    positions.reserveCapacity(count)
    var place = count / 2
    while place >= 1 {
      // The next higher bit of a frequency is the next lower one of its place.
      for index in 0..<positions.count { positions.append(positions[index] + place) }
      place /= 2
    }
    return positions
  }

  /// Replaces the vector by its transform, of kernel exp(-2 pi i jk / n).
  func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
    var half = count / 2
    var stride = 1
    while half >= 1 {
      var start = 0
      while start < count {
        for offset in 0..<half {
          let (top, bottom) = (start &+ offset, start &+ offset &+ half)
          let (c, s) = (cosines[offset &* stride], sines[offset &* stride])
          let differenceReal = real[top] - real[bottom]
          let differenceImaginary = imaginary[top] - imaginary[bottom]
          real[top] += real[bottom]
          imaginary[top] += imaginary[bottom]
          real[bottom] = differenceReal * c + differenceImaginary * s
          imaginary[bottom] = differenceImaginary * c - differenceReal * s
        }
        start &+= 2 &* half
      }
      half /= 2
      stride &*= 2
    }
  }

  /// The inverse of ``forward(_:_:)``, the division by the length included.
  func inverse(_ real: inout [Double], _ imaginary: inout [Double]) {
    var half = 1
    var stride = count / 2
    while half < count {
      var start = 0
      while start < count {
        for offset in 0..<half {
          let (top, bottom) = (start &+ offset, start &+ offset &+ half)
          let (c, s) = (cosines[offset &* stride], sines[offset &* stride])
          let turnedReal = real[bottom] * c - imaginary[bottom] * s
          let turnedImaginary = imaginary[bottom] * c + real[bottom] * s
          real[bottom] = real[top] - turnedReal
          imaginary[bottom] = imaginary[top] - turnedImaginary
          real[top] += turnedReal
          imaginary[top] += turnedImaginary
        }
        start &+= 2 &* half
      }
      half &*= 2
      stride /= 2
    }
    let scale = 1 / Double(count)
    for index in 0..<count {
      real[index] *= scale
      imaginary[index] *= scale
    }
  }
}

/// The transform of a composition: a product of powers of the transforms of its parts.
///
/// A composition has two real vectors, one for each estimate. They are the real and the imaginary part of one complex
/// vector, which halves the number of transforms.
struct CompositionSpectrum {
  private let transform: FourierTransform
  private let positions: [Int]
  private var pessimisticReal: [Double]
  private var pessimisticImaginary: [Double]
  private var optimisticReal: [Double]
  private var optimisticImaginary: [Double]

  /// - Parameter count: the length of the vectors, a power of two.
  init(count: Int) {
    let transform = FourierTransform(count: count)
    self.transform = transform
    positions = transform.positions()
    let frequencies = count / 2 + 1
    pessimisticReal = [Double](repeating: 1, count: frequencies)
    pessimisticImaginary = [Double](repeating: 0, count: frequencies)
    optimisticReal = pessimisticReal
    optimisticImaginary = pessimisticImaginary
  }

  /// Multiplies by the transforms of both estimates of a part, raised to a power (self-composition).
  mutating func multiply(
    _ pessimistic: TiltedDistribution, _ optimistic: TiltedDistribution, repetitions: Int
  ) {
    let count = transform.count
    var real = [Double](repeating: 0, count: count)
    var imaginary = real
    for index in pessimistic.masses.indices {
      real[(pessimistic.start + index) & (count - 1)] += pessimistic.masses[index]
    }
    for index in optimistic.masses.indices {
      imaginary[(optimistic.start + index) & (count - 1)] += optimistic.masses[index]
    }
    transform.forward(&real, &imaginary)
    for frequency in pessimisticReal.indices {
      // The transforms of the real and of the imaginary part are the parts of this one that are
      // conjugate-even and conjugate-odd.
      let here = positions[frequency]
      let there = positions[(count - frequency) & (count - 1)]
      let ofPessimistic = ComplexNumber(
        real: (real[here] + real[there]) / 2,
        imaginary: (imaginary[here] - imaginary[there]) / 2
      ).power(repetitions)
      let ofOptimistic = ComplexNumber(
        real: (imaginary[here] + imaginary[there]) / 2,
        imaginary: (real[there] - real[here]) / 2
      ).power(repetitions)
      let pessimisticProduct =
        ComplexNumber(real: pessimisticReal[frequency], imaginary: pessimisticImaginary[frequency])
        * ofPessimistic
      let optimisticProduct =
        ComplexNumber(real: optimisticReal[frequency], imaginary: optimisticImaginary[frequency])
        * ofOptimistic
      (pessimisticReal[frequency], pessimisticImaginary[frequency]) =
        (pessimisticProduct.real, pessimisticProduct.imaginary)
      (optimisticReal[frequency], optimisticImaginary[frequency]) =
        (optimisticProduct.real, optimisticProduct.imaginary)
    }
  }

  /// The vector of which this is the spectrum: the pessimistic estimate as real part, the optimistic one as imaginary
  /// part.
  func inverse() -> (real: [Double], imaginary: [Double]) {
    let count = transform.count
    var real = [Double](repeating: 0, count: count)
    var imaginary = real
    for frequency in pessimisticReal.indices {
      let here = positions[frequency]
      let there = positions[(count - frequency) & (count - 1)]
      real[there] = pessimisticReal[frequency] + optimisticImaginary[frequency]
      imaginary[there] = optimisticReal[frequency] - pessimisticImaginary[frequency]
      real[here] = pessimisticReal[frequency] - optimisticImaginary[frequency]
      imaginary[here] = optimisticReal[frequency] + pessimisticImaginary[frequency]
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
