import SecAgg

/// The same work with one thread and with two, in turns, so that what else the machine does does not
/// fall on one of them alone.
enum ThreadComparison {
  /// Adds the times of both and how many times as fast two are.
  static func run(
    _ results: inout Results, _ suite: String, _ name: String, ratio: String, unit: String,
    perSecond: Double, runs: Int, target: Double?, _ work: (Execution) throws -> Void
  ) rethrows {
    var seconds: [[Double]] = [[], []]
    for _ in 0..<runs {
      for index in seconds.indices {
        let start = Stopwatch.Clock.wall.seconds()
        try work(.threads(index + 1))
        seconds[index].append(Stopwatch.Clock.wall.seconds() - start)
      }
    }
    let figures = seconds.enumerated().map { index, seconds in
      Figure(
        suite, "\(name), \(index + 1) thread(s)", unit: unit, seconds: seconds,
        perSecond: perSecond)
    }
    for figure in figures { results.add(figure) }
    results.add(
      Figure(
        suite, ratio, unit: "times", median: figures[0].median / figures[1].median,
        target: target, isAtLeast: true))
  }
}
