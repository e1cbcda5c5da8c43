/// Counts of how much the clients of one sum lost by clipping, without the numbers of any one client.
///
/// Clipping far below the updates costs accuracy, and a bound far above them costs precision, because fixed-point
/// steps grow with it. Either way the training goes on, only worse. These counts show it.
public struct ClippingCounts: Sendable, Hashable {
  /// The number of classes of magnitudes.
  public static let classCount = 33

  /// The class of a magnitude that is at most the bound, and more than half of it.
  public static let classOfBound = 16

  /// The number of clients in the sum.
  public let contributors: Int

  /// The number of coordinates that were cut off at the bound, of all clients together.
  public let clippedCoordinates: UInt64

  /// For each class, the number of clients whose largest coordinate lies in it, before any clipping.
  ///
  /// Class c holds the magnitudes above 2^(c - 17) and at most 2^(c - 16) times the bound; the first class all
  /// smaller ones as well, the last one all larger ones.
  public let largestCoordinates: [Int]

  /// The same for the Euclidean norms and their bound; nil without one.
  public let norms: [Int]?

  /// - Precondition: one count for each class.
  package init(
    contributors: Int, clippedCoordinates: UInt64, largestCoordinates: [Int], norms: [Int]?
  ) {
    self.contributors = contributors
    self.clippedCoordinates = clippedCoordinates
    self.largestCoordinates = largestCoordinates
    self.norms = norms
  }

  /// The number of clients with a coordinate beyond the bound, before the norm was clipped.
  public var clientsBeyondBound: Int {
    largestCoordinates[(Self.classOfBound + 1)...].reduce(0, +)
  }

  /// The number of clients with a norm beyond its bound; nil without one.
  public var clientsBeyondNormBound: Int? {
    norms.map { $0[(Self.classOfBound + 1)...].reduce(0, +) }
  }

  /// A clipping bound for later rounds: the least power of two times the present one that leaves the updates of a share
  /// of the clients as they are. Updates change during a training; look again after some rounds.
  ///
  /// - Parameters:
  ///   - share: from 0 to 1; 0.9 is usual.
  ///   - bound: the bound of these counts.
  /// - Returns: nil if the share cannot be reached: too many clients are in the last class, more than 2^15 times beyond
  ///   the bound.
  public func suggestedBound(covering share: Double = 0.9, from bound: Double) -> Double? {
    Self.bound(covering: share, of: largestCoordinates, from: bound)
  }

  /// The same for the bound of the Euclidean norm; nil without one.
  public func suggestedNormBound(covering share: Double = 0.9, from bound: Double) -> Double? {
    norms.flatMap { Self.bound(covering: share, of: $0, from: bound) }
  }

  private static func bound(
    covering share: Double, of counts: [Int], from bound: Double
  ) -> Double? {
    let total = Double(counts.reduce(0, +))
    var covered = 0
    for (index, count) in counts.dropLast().enumerated() {
      covered += count
      if Double(covered) >= share * total, covered > 0 {
        return bound * Self.multiple(index)
      }
    }
    return nil
  }

  /// The largest magnitude of a class, in bounds.
  private static func multiple(_ index: Int) -> Double {
    Double(sign: .plus, exponent: index - classOfBound, significand: 1)
  }

  /// 1 at the place of a magnitude's class, 0 at the others.
  ///
  /// The magnitude decides no branch and no index.
  package static func indicator(of magnitude: Double, bound: Double) -> [UInt64] {
    // The number of limits that the magnitude is above.
    var above: UInt64 = 0
    for index in 0..<(classCount - 1) {
      // The sign bit of the difference is 1 exactly if it is.
      above &+= (bound * multiple(index) - magnitude).bitPattern &>> 63
    }
    return (0..<UInt64(classCount)).map { index in
      // 1 if no bit of the difference is set, without a comparison.
      let difference = index ^ above
      return 1 &- (difference | (0 &- difference)) &>> 63
    }
  }
}
