import Foundation

/// Adds up what a role's work costs: CPU time, whatever waits in between, and wall-clock time.
struct RoleClock: Sendable {
  /// Whose CPU time counts.
  enum Scope: Sendable {
    /// The calling thread's: for roles that share a process and work on one thread each.
    case thread
    /// All threads': for a role that has the process to itself.
    case process
  }

  private let scope: Scope
  private(set) var cost = RoleCost()

  init(_ scope: Scope) {
    self.scope = scope
  }

  /// A point in time.
  struct Mark {
    fileprivate let cpuMilliseconds: Double
    fileprivate let wall: ContinuousClock.Instant
  }

  /// Now.
  func mark() -> Mark { Mark(cpuMilliseconds: cpuMilliseconds(), wall: .now) }

  /// Adds what has been used since a point in time.
  mutating func add(since mark: Mark) {
    cost.milliseconds += cpuMilliseconds() - mark.cpuMilliseconds
    cost.wallMilliseconds += (ContinuousClock.now - mark.wall).milliseconds
  }

  /// Runs `work` and adds what it cost.
  mutating func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
    let mark = mark()
    defer { add(since: mark) }
    return try work()
  }

  /// The cost since the last time.
  mutating func takeCost() -> RoleCost {
    defer { cost = RoleCost() }
    return cost
  }

  private func cpuMilliseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(
      scope == .thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
