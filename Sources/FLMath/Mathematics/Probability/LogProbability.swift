internal import RealModule

/// A probability, kept as its logarithm: 2^-2000 is no `Double`, but its logarithm is.
public struct LogProbability: Sendable, Hashable {
  /// The logarithm to base 2: at most 0, and minus infinity for what cannot happen.
  public let log2: Double

  /// A probability of its logarithm to base 2. Bounds may come out above 1, which says no more
  /// than 1 does.
  package init(log2: Double) {
    self.log2 = min(log2, 0)
  }

  /// The probability of what cannot happen.
  package static let zero = LogProbability(log2: -.infinity)

  /// The probability of what is certain to happen.
  package static let certain = LogProbability(log2: 0)

  /// The probability itself, from 0 to 1. Below about 2^-1074 it is 0, whatever `log2` says.
  public var value: Double { Double.exp2(log2) }

  /// A bound for the probability that at least one of `count` events of this probability happens:
  /// `count` times as much (Boole's inequality).
  package func unionBound(over count: Double) -> LogProbability {
    LogProbability(log2: count > 0 ? log2 + Double.log2(count) : -.infinity)
  }

  /// The probability that two independent events happen.
  package static func * (left: LogProbability, right: LogProbability) -> LogProbability {
    LogProbability(log2: left.log2 + right.log2)
  }

  /// A bound for the probability that at least one of two events happens: the sum.
  package static func + (left: LogProbability, right: LogProbability) -> LogProbability {
    let (larger, smaller) = (max(left.log2, right.log2), min(left.log2, right.log2))
    guard smaller > -.infinity else { return LogProbability(log2: larger) }
    let excess = Double.log(onePlus: Double.exp2(smaller - larger)) / Double.log(2)
    return LogProbability(log2: larger + excess)
  }
}

extension LogProbability: Comparable {
  /// Orders by probability.
  public static func < (left: LogProbability, right: LogProbability) -> Bool {
    left.log2 < right.log2
  }
}

extension LogProbability: CustomStringConvertible {
  /// `2^-41.3`; `0` for what cannot happen.
  public var description: String {
    guard log2 > -.infinity else { return "0" }
    return "2^\((log2 * 10).rounded() / 10)"
  }
}
