internal import RealModule

/// The privacy loss of one release of the Gaussian mechanism on a sample: the two distributions whose ratio it
/// is, and where the loss takes a value.
///
/// In units of the sensitivity, the noise is N(0, z^2). A record takes part with probability q. Under Poisson
/// sampling, it moves the noise by 1 where it is added, removed or zeroed out, by 1/2 to either side where it
/// is replaced. These mixtures dominate all other pairs (Zhu, Dong and Wang 2022, "Optimal Accounting of
/// Differential Privacy via Characteristic Function", section 5). In a sample of fixed size, another record takes
/// part in place of the record, and may be its opposite: ``FixedSampleLoss``.
struct GaussianLoss: PrivacyLossVariable {
  /// Which of two neighbouring data sets has the record.
  enum Direction {
    /// The first: outcomes are those of the data with the record.
    case remove
    /// The second.
    case add
    /// Both have one, and not the same.
    case replace
    /// The first; the second has a zero in its place, and where the record does not take part, its opposite
    /// does.
    case zeroAmongOpposites
    /// The second; otherwise as ``zeroAmongOpposites``.
    case fillAmongOpposites
  }

  let noiseMultiplier: Double
  let probability: Double
  let direction: Direction

  /// Whether the loss is that of another direction with the distributions exchanged.
  private var isExchanged: Bool { direction == .add || direction == .fillAmongOpposites }

  private var areOpposites: Bool {
    direction == .zeroAmongOpposites || direction == .fillAmongOpposites
  }

  /// The x at which the loss is `loss`; infinite beyond what it can be.
  ///
  /// Where the distributions are exchanged, the caller does it: for ``Direction/add`` this is the loss of
  /// ``Direction/remove``.
  private func location(ofLoss loss: Double) -> Double {
    let variance = noiseMultiplier * noiseMultiplier
    if direction == .replace {
      return 2 * variance * (loss / 2 + replacementTerm(loss))
    }
    if probability == 1 { return 0.5 + variance * loss }
    // exp(loss) = 1 - q + q exp((2x - 1) / (2 z^2)).
    let ratio =
      loss > 1
      ? loss + Double.log(onePlus: (probability - 1) * Double.exp(-loss))
        - Double.log(probability)
      : Double.log(onePlus: max(-1, Double.expMinusOne(loss) / probability))
    return 0.5 + variance * ratio
  }

  /// asinh(a sinh(loss / 2)) with a = (1 - q) / q exp(1 / (8 z^2)).
  private func replacementTerm(_ loss: Double) -> Double {
    if probability == 1 || loss == 0 { return 0 }
    let magnitude = abs(loss) / 2
    let logFactor =
      1 / (8 * noiseMultiplier * noiseMultiplier) + Double.log(onePlus: -probability)
      - Double.log(probability)
    let logSine = magnitude + Double.log(-Double.expMinusOne(-2 * magnitude) / 2)
    let y = logFactor + logSine
    // asinh(exp(y)) = log(exp(y) + sqrt(exp(2y) + 1)).
    let value =
      y > 20 ? y + Double.log(2) : Double.asinh(Double.exp(y))
    return loss < 0 ? -value : value
  }

  /// The masses of both distributions where the loss is between `low` and `high`.
  func masses(between low: Double, and high: Double) -> (first: Double, second: Double) {
    let masses =
      isExchanged
      ? orderedMasses(lossFrom: -high, to: -low) : orderedMasses(lossFrom: low, to: high)
    return isExchanged ? (masses.second, masses.first) : masses
  }

  private func orderedMasses(
    lossFrom low: Double, to high: Double
  ) -> (first: Double, second: Double) {
    guard areOpposites else {
      return orderedMasses(from: location(ofLoss: low), to: location(ofLoss: high))
    }
    let opposites = OppositesLoss(noiseMultiplier: noiseMultiplier, probability: probability)
    let (from, to) = (opposites.locations(ofLoss: low), opposites.locations(ofLoss: high))
    let falling = orderedMasses(from: to.falling, to: from.falling)
    let rising = orderedMasses(from: from.rising, to: to.rising)
    return (falling.first + rising.first, falling.second + rising.second)
  }

  private func orderedMasses(from low: Double, to high: Double) -> (first: Double, second: Double) {
    guard low < high else { return (0, 0) }
    func mass(movedBy shift: Double) -> Double {
      NormalTail.between((low - shift) / noiseMultiplier, (high - shift) / noiseMultiplier)
    }
    let unmoved = probability == 1 ? 0 : (1 - probability) * mass(movedBy: areOpposites ? -1 : 0)
    if direction == .replace {
      return (
        unmoved + probability * mass(movedBy: 0.5), unmoved + probability * mass(movedBy: -0.5)
      )
    }
    let zero = mass(movedBy: 0)
    return (
      unmoved + probability * mass(movedBy: 1), areOpposites ? unmoved + probability * zero : zero
    )
  }

  /// Losses below and above which the first distribution has at most `tail`.
  func range(tail: Double) -> (low: Double, high: Double) {
    // Two tails of at most exp(-w^2 / 2) / 2 each.
    let width = noiseMultiplier * (2 * Double.log(1 / tail)).squareRoot()
    switch direction {
    case .remove: return (loss(at: -width), loss(at: 1 + width))
    case .add: return (-loss(at: width), -loss(at: -width))
    case .replace: return (loss(at: -0.5 - width), loss(at: 0.5 + width))
    case .zeroAmongOpposites, .fillAmongOpposites:
      // The loss is never below `least`, and nearly 0 far on the left.
      let opposites = OppositesLoss(noiseMultiplier: noiseMultiplier, probability: probability)
      let (least, most) = (opposites.least, max(0, loss(at: 1 + width)))
      return isExchanged ? (-most, -least) : (least, most)
    }
  }

  private func loss(at x: Double) -> Double {
    let variance = noiseMultiplier * noiseMultiplier
    func logDensityRatio(_ exponent: Double) -> Double {
      probability == 1
        ? exponent
        : LogSum.add(Double.log(onePlus: -probability), Double.log(probability) + exponent)
    }
    if direction == .replace {
      return logDensityRatio((x - 0.25) / (2 * variance))
        - logDensityRatio((-x - 0.25) / (2 * variance))
    }
    if areOpposites {
      return logDensityRatio(2 * x / variance) - logDensityRatio((x + 0.5) / variance)
    }
    return logDensityRatio((2 * x - 1) / (2 * variance))
  }
}

extension GaussianLoss {
  /// The logarithm of E[exp(tilt * loss)], which is `tilt` times the Renyi divergence of order
  /// `tilt` + 1, by the trapezoidal rule; infinite where that would need more than 2^16 nodes.
  func logMoment(tilt: Double) -> Double {
    let z = noiseMultiplier
    // The weight moves the centre of the first distribution by at most tilt * sensitivity.
    let (low, high): (Double, Double) =
      switch direction {
      case .remove: (-12 * z, 1 + tilt + 12 * z)
      case .add: (-tilt - 12 * z, 12 * z)
      case .replace: (-0.5 - tilt - 12 * z, 0.5 + tilt + 12 * z)
      case .zeroAmongOpposites: (-1 - tilt - 12 * z, 1 + 2 * tilt + 12 * z)
      case .fillAmongOpposites: (-1 - 2 * tilt - 12 * z, 1 + tilt + 12 * z)
      }
    guard (high - low) / z < 0x1p14 else { return .infinity }
    let count = Int((high - low) / z * 4) + 1
    let spacing = (high - low) / Double(count)
    var logTerms: [Double] = []
    for index in 0...count {
      let x = low + Double(index) * spacing
      let loss = isExchanged ? -loss(at: x) : loss(at: x)
      logTerms.append(logDensity(at: x) + tilt * loss)
    }
    let largest = logTerms.max() ?? 0
    let total = logTerms.reduce(0) { $0 + Double.exp($1 - largest) }
    return largest + Double.log(total * spacing)
  }

  /// The logarithm of the density of the first distribution.
  private func logDensity(at x: Double) -> Double {
    func normal(_ center: Double) -> Double {
      let distance = (x - center) / noiseMultiplier
      return -distance * distance / 2
        - Double.log(noiseMultiplier * (2 * Double.pi).squareRoot())
    }
    let logIn = Double.log(probability)
    let logOut = Double.log(onePlus: -probability)
    switch direction {
    case .add: return normal(0)
    case .remove: return LogSum.add(logOut + normal(0), logIn + normal(1))
    case .replace: return LogSum.add(logOut + normal(0), logIn + normal(0.5))
    case .zeroAmongOpposites: return LogSum.add(logOut + normal(-1), logIn + normal(1))
    case .fillAmongOpposites: return LogSum.add(logOut + normal(-1), logIn + normal(0))
    }
  }
}
