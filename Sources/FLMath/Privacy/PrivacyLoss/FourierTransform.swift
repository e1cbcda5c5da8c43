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
