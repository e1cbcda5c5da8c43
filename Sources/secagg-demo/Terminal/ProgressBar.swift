import FLReport
import Foundation
import Synchronization

/// The progress of a long run, on standard error.
///
/// On a terminal it redraws one line in place. Anywhere else (a file, a pipe, a build log) it writes
/// a plain line at each tenth of the work. It never touches standard output.
struct ProgressBar: Sendable {
  /// How progress is shown.
  enum Style: Sendable {
    /// One line, redrawn in place.
    case inPlace
    /// A line at each tenth.
    case plainLines
    /// Nothing.
    case silent
  }

  private let style: Style
  private let width: Int
  private let write: @Sendable (String) -> Void
  private let clock = ContinuousClock()
  private var lastDrawn: ContinuousClock.Instant?
  private var lastTenth: Int
  private var isLineOpen = false

  /// A bar that writes through `write`, in lines of at most `width` characters.
  init(style: Style, width: Int = 79, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    self.width = max(20, width)
    self.write = write
    lastTenth = -1
  }

  /// A bar on `output`, drawn in place when that is a terminal that understands it.
  init(output: FileHandle = .standardError, quiet: Bool = false) {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(output.fileDescriptor) == 1 && environment["TERM"] != "dumb"
    let columns = environment["COLUMNS"].flatMap { Int($0) } ?? 80
    self.init(style: quiet ? .silent : isTerminal ? .inPlace : .plainLines, width: columns - 1) {
      // Progress that cannot be written is no reason to end a run.
      try? output.write(contentsOf: Data($0.utf8))
    }
  }

  /// Shows that `completed` of `total` steps are done. `note` describes the present step in few words.
  mutating func update(completed: Int, total: Int, note: String = "") {
    guard total > 0 else { return }
    let done = min(max(completed, 0), total)
    switch style {
    case .silent:
      return
    case .plainLines:
      // Multiplied as floating point, so that no count of steps can overflow.
      let tenth = Int(Double(done) / Double(total) * 10)
      guard tenth > lastTenth else { return }
      lastTenth = tenth
      write(label(done, total) + (note.isEmpty ? "" : "  " + note) + "\n")
    case .inPlace:
      let now = clock.now
      if let lastDrawn, done < total, now - lastDrawn < .milliseconds(50) { return }
      lastDrawn = now
      isLineOpen = true
      write("\r" + drawn(done, total, note) + Self.eraseToEndOfLine)
    }
  }

  /// Takes the bar off the screen, so that a line can be printed in its place. The next update draws
  /// it again.
  mutating func clear() {
    guard isLineOpen else { return }
    write("\r" + Self.eraseToEndOfLine)
    isLineOpen = false
    lastDrawn = nil
  }

  /// Ends the bar: what is printed next starts on a line of its own. The bar can then be used again,
  /// for other work.
  mutating func finish() {
    lastTenth = -1
    guard isLineOpen else { return }
    write("\n")
    isLineOpen = false
    lastDrawn = nil
  }

  /// The control sequence that clears the rest of an earlier, longer line.
  private static let eraseToEndOfLine = "\u{1B}[K"

  private func label(_ done: Int, _ total: Int) -> String {
    let percent = Int(Double(done) / Double(total) * 100)
    return TextColumns.padded("\(percent) %", left: 5) + "  \(done)/\(total)"
  }

  /// "[#######-------------]  35 %  7/20  note", cut to the width.
  private func drawn(_ done: Int, _ total: Int, _ note: String) -> String {
    let cells = min(30, max(8, width / 3))
    let filled = Int(Double(done) / Double(total) * Double(cells))
    let bar =
      "[" + String(repeating: "#", count: filled)
      + String(repeating: "-", count: cells - filled) + "]"
    let text = bar + " " + label(done, total) + (note.isEmpty ? "" : "  " + note)
    return String(text.prefix(width))
  }
}

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
