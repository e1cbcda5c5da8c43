internal import FLMath

/// The probability that a server that chooses the dropouts can part the honest contributors.
///
/// # The attack
///
/// The server knows the graph before it decides whose input is late. Take two windows of k/2
/// neighbouring places with at least m = t - k/2 corrupt clients each. The server declares the honest
/// clients in both windows late, and their mask keys are recovered. No mask joins the clients between
/// the windows to the others. Each has k/2 neighbours on its other side and m corrupt clients in the
/// window, which are t shares of its self mask. So the sum of the clients between the windows comes out.
///
/// # Why nothing else is possible
///
/// Let C be the set of contributors, which all honest clients that reveal shares have seen alike, H the
/// honest clients in C, and S a proper nonempty part of H whose sum the server learns. T is the rest of
/// H. Assume that no client has t corrupt neighbours. Then no mask key of a client in C becomes known.
///
/// 1. A client v masks with the neighbours whose shares the server delivered to it, at least t of them.
///    No mask may remain between S and T, so the server withheld from each v in S the shares of its
///    neighbours in T. It saw at least t others: at most k - t neighbours of v are in T.
/// 2. The self mask of v takes t shares. They come from corrupt neighbours and from honest neighbours in
///    C that reveal. Clients that are not in C reveal nothing. A client that has no shares of a neighbour
///    in C rejects C and reveals nothing: so a member of S reveals only if it has no neighbour in T.
/// 3. If no member of S reveals, let v in S have c corrupt neighbours and τ in T. From 1 and 2,
///    k - τ >= t and c + τ >= t, so c >= 2t - k. (`GraphRisk.bothSecrets`)
/// 4. Otherwise go from a revealing member of S along the circle in one direction, and let u be the last
///    revealing member of S before the first client in T. The next k/2 places after u hold no client in
///    T, since u reveals, and no honest client that reveals. So u has its t shares from at most k/2 clients
///    before it and from the corrupt clients in these k/2 places: at least t - k/2 = m.
/// 5. The same holds in the other direction. The two windows are disjoint, with at least one place between
///    them on both sides: u on the one, a client in T on the other.
///
/// If the server withholds no shares, all honest clients in the windows have dropped out. The bound does not
/// use this: withheld shares can take the place of dropouts.
struct ChosenDropouts {
  /// The clients on the roster, at least `degree` + 2.
  let rosterSize: Int
  let corruptClients: Int
  let degree: Int
  let threshold: Int

  /// The number of terms that are added up before the rest is bounded.
  private static let termLimit = 64

  /// The number of corrupt clients that a window needs: m.
  private var needed: Int { threshold - degree / 2 }

  /// The probability that two given windows hold at least m corrupt clients each: the sum over x >= m of
  /// Pr[HG(n, A, k/2) = x] * Pr[HG(n - k/2, A - x, k/2) >= m].
  ///
  /// The second factor falls as x grows. So the terms above any x are together at most the second factor
  /// at x + 1 times the tail of the first above x. This bounds the terms that are not added up.
  ///
  /// Where windows hold m on average, the bound is 1.
  ///
  /// Complexity: at most 64 tails.
  var bothWindows: LogProbability {
    guard !isUsual else { return .certain }
    func second(_ x: Int) -> LogProbability {
      secondWindow(firstHolds: x).upperTail(above: needed - 1)
    }
    let first = firstWindow
    let start = max(needed, first.support.lowerBound)
    var sum = LogProbability.zero
    for x in start..<start + Self.termLimit {
      guard x <= first.support.upperBound else { return sum }
      let rest = first.upperTail(above: x - 1) * second(x)
      guard rest.log2 > sum.log2 - 50 else { return sum + rest }
      sum = sum + first.probability(of: x) * second(x)
    }
    let next = start + Self.termLimit
    guard next <= first.support.upperBound else { return sum }
    return sum + first.upperTail(above: next - 1) * second(next)
  }

  /// One of the terms of `bothWindows`, which is therefore no less.
  ///
  /// Complexity: O(1).
  var oneTerm: LogProbability {
    guard !isUsual else { return .certain }
    guard firstWindow.support.contains(needed) else { return .zero }
    return firstWindow.probability(of: needed)
      * secondWindow(firstHolds: needed).probability(of: needed)
  }

  /// Whether a window holds m corrupt clients on average.
  private var isUsual: Bool { needed * rosterSize <= degree / 2 * corruptClients }

  private var firstWindow: HypergeometricDistribution {
    HypergeometricDistribution(
      population: rosterSize, marked: corruptClients, draws: degree / 2)
  }

  /// The other window, if the first holds `x`, a number that it can hold.
  private func secondWindow(firstHolds x: Int) -> HypergeometricDistribution {
    HypergeometricDistribution(
      population: rosterSize - degree / 2, marked: corruptClients - x, draws: degree / 2)
  }

  /// The number of pairs of windows on a circle of `count` places, with at least one place between them on
  /// both sides: n (n - k - 1) / 2.
  static func windowPairs(count: Int, degree: Int) -> Double {
    Double(count) * Double(count - degree - 1) / 2
  }
}
