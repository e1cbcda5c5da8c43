import Foundation

/// The cost of a role.
package struct RoleCost: Sendable {
  /// CPU time since it was last asked for.
  package var milliseconds = 0.0
  /// Wall-clock time since it was last asked for.
  package var wallMilliseconds = 0.0
  /// The largest resident memory of the role's process so far; 0 where the role shares its process
  /// with others.
  package var peakBytes = 0

  package init(milliseconds: Double = 0, wallMilliseconds: Double = 0, peakBytes: Int = 0) {
    self.milliseconds = milliseconds
    self.wallMilliseconds = wallMilliseconds
    self.peakBytes = peakBytes
  }

  /// The cost of two pieces of work.
  package static func + (before: RoleCost, after: RoleCost) -> RoleCost {
    RoleCost(
      milliseconds: before.milliseconds + after.milliseconds,
      wallMilliseconds: before.wallMilliseconds + after.wallMilliseconds,
      peakBytes: max(before.peakBytes, after.peakBytes))
  }
}

/// Adds up the CPU time and the wall-clock time of a role's work. Time between two pieces of work does not count.
package struct RoleClock: Sendable {
  /// Whose CPU time counts.
  package enum Scope: Sendable {
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

  /// Adds the cost since a point in time.
  mutating func add(since mark: Mark) {
    cost.milliseconds += cpuMilliseconds() - mark.cpuMilliseconds
    cost.wallMilliseconds += (ContinuousClock.now - mark.wall).milliseconds
  }

  /// Runs `work` and adds its cost.
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

extension Duration {
  /// The duration in milliseconds.
  package var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
