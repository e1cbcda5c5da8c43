import Synchronization

/// A progress bar that several tasks advance.
final class SharedProgress: Sendable {
  private struct State {
    var bar: ProgressBar
    var completed = 0
  }

  private let total: Int
  private let state: Mutex<State>

  /// - Parameter total: the steps of all tasks together.
  init(total: Int, quiet: Bool) {
    self.total = total
    state = Mutex(State(bar: ProgressBar(quiet: quiet)))
  }

  /// One more step is done.
  func advance(note: String = "") {
    state.withLock { state in
      state.completed += 1
      state.bar.update(completed: state.completed, total: total, note: note)
    }
  }

  /// Ends the bar.
  func finish() {
    state.withLock { $0.bar.finish() }
  }
}
