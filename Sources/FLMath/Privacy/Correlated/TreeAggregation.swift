/// Noise by binary trees: a node of a tree has noise of its own and covers a run of rounds, and the sum up to
/// a round gets the noise of the few nodes that cover its rounds.
///
/// Dwork, Naor, Pitassi and Rothblum 2010, "Differential Privacy under Continual Observation"; for
/// federated learning Kairouz, McMahan, Song, Thakkar, Thakurta and Xu 2021, "Practical and Private (Deep)
/// Learning without Sampling or Shuffling" (DP-FTRL).
public struct TreeAggregation: Sendable, Hashable {
  /// The estimate of the sum of a node's rounds.
  public enum Estimator: String, Sendable, Hashable, Codable, CaseIterable {
    /// The noise of the node itself. Right children are never released: they cost nothing.
    case node
    /// The best combination of the node's noise with that of the nodes below it, which lowers the
    /// variance by nearly half (Honaker 2015, "Efficient Use of Differentially Private Binary Trees", the
    /// estimate from below). All nodes are released.
    case fromBelow
  }

  /// The number of rounds of each tree. Each one after the first is a restart.
  public let stepCounts: [Int]

  /// The estimate of the sum of a node's rounds.
  public let estimator: Estimator

  /// Creates a sequence of trees.
  ///
  /// A restart forgets nothing: the sums of the finished trees keep their noise, and a client that takes part
  /// in several trees pays for each.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless every tree has at least one round, and
  ///   all together at most 2^20.
  public init(stepCounts: [Int], estimator: Estimator = .node) throws(FLMathError) {
    var total = 0
    for steps in stepCounts {
      try FLMathError.Privacy.require(
        steps >= 1 && steps <= 1 << 20 - total, .rounds, Double(steps))
      total += steps
    }
    try FLMathError.Privacy.require(total >= 1, .rounds, 0)
    self.stepCounts = stepCounts
    self.estimator = estimator
  }

  /// The number of rounds of all trees.
  public var rounds: Int { stepCounts.reduce(0, +) }

  /// The variance that a node's estimate has at each level, from the leaves up.
  ///
  /// From below, the node's own noise of variance 1 is weighted against the sum of its two children's
  /// estimates, inversely to the variances.
  static func nodeVariances(_ estimator: Estimator) -> [Double] {
    var variances = [1.0]
    for level in 1...21 {
      let below = 2 * variances[level - 1]
      variances.append(estimator == .node ? 1 : below / (1 + below))
    }
    return variances
  }

  /// The variance that independent numbers of variance 1 give to the sum of all rounds up to each one.
  func squaredErrors() -> [Double] {
    let variances = Self.nodeVariances(estimator)
    func error(_ steps: Int) -> Double {
      (0..<21).reduce(0) { steps >> $1 & 1 == 1 ? $0 + variances[$1] : $0 }
    }
    var errors: [Double] = []
    errors.reserveCapacity(rounds)
    var finished = 0.0
    for steps in stepCounts {
      for step in 1...max(1, steps) { errors.append(finished + error(step)) }
      finished += error(steps)
    }
    return errors
  }

  /// The complete trees in the order of their rounds, as levels of their roots: a tree of 6 rounds is one of
  /// 4 and one of 2.
  var completeTrees: [Int] {
    stepCounts.flatMap { steps in
      (0..<21).reversed().filter { steps >> $0 & 1 == 1 }
    }
  }
}

/// The sensitivity of trees under a ``ParticipationRule``.
///
/// A client with updates of norm 1 changes the sum of a node by at most the number of its rounds within it.
/// The squared sensitivity is the largest sum of the squares of these numbers over all released nodes.
/// All elements of the trees' matrix are 0 or 1, so that equal updates reach it.
///
/// The maximum over all sets of rounds that the rule allows is found by dynamic programming from the leaves
/// up (Kairouz et al. 2021, appendix D.2). The state of a complete tree is the number of participations in
/// it and the numbers of rounds at its two ends that are closed by participations in its neighbours.
struct TreeSensitivity {
  private static let impossible = -1
  private static let unknown = -2

  /// The largest number of table entries times steps for each that is worth an exact answer.
  static let workLimit = 1 << 28

  private let trees: TreeAggregation
  private let rule: ParticipationRule
  private let separation: Int
  private let most: Int
  /// For each level, the value at ((count - 1) * separation + head) * separation + tail.
  private var tables: [[Int]]

  /// Whether ``squared()`` is exact: the work is within the limit.
  let isExact: Bool

  init(_ trees: TreeAggregation, participation: ParticipationRule, workLimit: Int = workLimit) {
    self.trees = trees
    rule = participation
    let rounds = trees.rounds
    most = participation.participations(in: rounds)
    // A larger separation allows one participation, as that of all rounds does.
    separation = min(participation.minimumSeparation, rounds)
    isExact = most == 1 || Self.work(trees, rule: participation) <= Double(workLimit)
    tables = []
  }

  /// The number of steps that the exact answer takes at the most, in about.
  private static func work(_ trees: TreeAggregation, rule: ParticipationRule) -> Double {
    let levels = trees.completeTrees
    let separation = Double(min(rule.minimumSeparation, trees.rounds))
    let height = levels.reduce(0) { max($0, $1) }
    let most = Double(rule.participations(in: trees.rounds))
    let inLargest = Double(rule.participations(in: 1 << height))
    var work = Double(levels.count) * most * inLargest * separation * separation
    // One tree has rounds before or after it in nodes of at most a quarter.
    for level in 0...max(0, levels.count == 1 ? height - 2 : height) {
      let inside = Double(rule.participations(in: 1 << level))
      work += inside * inside * separation * separation * (inside > 1 ? separation : 1)
    }
    return work
  }

  /// The squared sensitivity, or an upper bound of it if that is not ``isExact``.
  func squared() -> Int {
    if most == 1 {
      return trees.completeTrees.reduce(0) { max($0, $1 + 1) }
    }
    var copy = self
    return isExact ? copy.exact() : upperBound()
  }

  /// A level's nodes of m participations at the most each, and k in all, have squares of k m at the most.
  func upperBound() -> Int {
    let height = trees.completeTrees.reduce(0) { max($0, $1) }
    return (0...height).reduce(0) { total, level in
      let each = min(most, rule.participations(in: 1 << level))
      let full = most / each
      let rest = most - full * each
      return total + full * each * each + rest * rest
    }
  }

  /// Goes through the trees from first to last, with the best value for each number of participations so
  /// far and each number of closed rounds at the start of what follows.
  private mutating func exact() -> Int {
    let levels = trees.completeTrees
    let height = levels.reduce(0) { max($0, $1) }
    tables = (0...height).map { level in
      [Int](repeating: Self.unknown, count: count(at: level) * separation * separation)
    }
    // best[count][closed]: at most so many rounds are closed at the start of the next tree.
    var best = [[Int]](
      repeating: [Int](repeating: Self.impossible, count: separation), count: most + 1)
    best[0] = [Int](repeating: 0, count: separation)
    var followers = levels.dropFirst()
    for level in levels {
      let size = 1 << level
      let isLast = followers.isEmpty
      followers = followers.dropFirst()
      var next = [[Int]](
        repeating: [Int](repeating: Self.impossible, count: separation), count: most + 1)
      for before in 0...most {
        // Without a participation in this tree, its rounds open as many of the closed ones.
        for closed in 0..<separation {
          let earlier = min(separation - 1, closed + size)
          next[before][closed] = max(next[before][closed], best[before][earlier])
        }
        for inside in 1...max(1, min(count(at: level), most - before)) where before + inside <= most
        {
          for head in 0..<separation where best[before][head] >= 0 {
            for closed in 0..<separation where !isLast || closed == separation - 1 {
              // A participation `tail` rounds before the end closes separation - 1 - tail.
              let tail = separation - 1 - closed
              let value = value(level, inside, head: head, tail: tail)
              guard value >= 0 else { continue }
              let squares = value + inside * inside
              next[before + inside][closed] = max(
                next[before + inside][closed], best[before][head] + squares)
            }
          }
        }
      }
      best = next
    }
    return best.reduce(0) { max($0, $1.reduce(0, max)) }
  }

  private func count(at level: Int) -> Int {
    min(most, rule.participations(in: 1 << level))
  }

  /// The largest sum of squares within a complete tree, its root not counted, with so many participations
  /// of which none is in the first `head` and the last `tail` rounds.
  private mutating func value(_ level: Int, _ inside: Int, head: Int, tail: Int) -> Int {
    if inside == 0 { return 0 }
    let size = 1 << level
    let room = size - head - tail
    if room < 1 || (inside - 1) * separation + 1 > room { return Self.impossible }
    if level == 0 { return 0 }
    let index = ((inside - 1) * separation + head) * separation + tail
    let known = tables[level][index]
    if known != Self.unknown { return known }
    let half = size / 2
    let rightRootCounts = trees.estimator == .fromBelow
    var largest = Self.impossible
    for left in 0...inside {
      let right = inside - left
      guard left <= count(at: level - 1), right <= count(at: level - 1) else { continue }
      let roots = left * left + (rightRootCounts ? right * right : 0)
      if left == 0 || right == 0 {
        let value =
          left == 0
          ? value(level - 1, right, head: max(0, head - half), tail: tail)
          : value(level - 1, left, head: head, tail: max(0, tail - half))
        if value >= 0 { largest = max(largest, value + roots) }
        continue
      }
      for closed in 0..<separation {
        let first = value(level - 1, left, head: head, tail: separation - 1 - closed)
        guard first >= 0 else { continue }
        let second = value(level - 1, right, head: closed, tail: tail)
        // More closed rounds never help.
        guard second >= 0 else { break }
        largest = max(largest, first + second + roots)
      }
    }
    tables[level][index] = largest
    return largest
  }
}
