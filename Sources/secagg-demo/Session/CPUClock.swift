import Foundation

/// CPU time, which says what work costs however many cores share it.
enum CPUClock {
  /// Milliseconds of CPU that the calling thread has used.
  static func threadMilliseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  /// Runs `work` and adds the CPU milliseconds that it took to `total`.
  static func measure<Result>(
    into total: inout Double, _ work: () throws -> Result
  ) rethrows -> Result {
    let start = threadMilliseconds()
    defer { total += threadMilliseconds() - start }
    return try work()
  }
}
