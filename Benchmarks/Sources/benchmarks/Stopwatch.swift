import Foundation

/// Times work, again and again until it can be trusted.
enum Stopwatch {
  /// Which time counts.
  enum Clock {
    /// CPU time of all threads.
    case cpu
    /// Time on the wall.
    case wall

    func seconds() -> Double {
      var time = timespec()
      clock_gettime(self == .cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
  }

  /// The times of one call of `body` in seconds, in `runs` samples, each of as many calls as take
  /// `sampleSeconds`.
  static func samples(
    _ clock: Clock = .cpu, runs: Int = 15, sampleSeconds: Double = 0.05, _ body: () -> Void
  ) -> [Double] {
    body()
    var calls = 1
    while true {
      let start = clock.seconds()
      for _ in 0..<calls { body() }
      let elapsed = clock.seconds() - start
      if elapsed > sampleSeconds / 2 {
        calls = max(1, Int(Double(calls) * sampleSeconds / elapsed))
        break
      }
      calls *= 4
    }
    return (0..<runs).map { _ in
      let start = clock.seconds()
      for _ in 0..<calls { body() }
      return (clock.seconds() - start) / Double(calls)
    }
  }
}
