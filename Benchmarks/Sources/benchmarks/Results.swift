import Foundation

/// All figures of a run, and the machine that they are of.
struct Results: Codable {
  var machine: String
  var processors: Int
  var figures: [Figure] = []
  var sessions: [SessionFigures] = []

  init() {
    machine = Self.processorName()
    processors = ProcessInfo.processInfo.activeProcessorCount
  }

  private static func processorName() -> String {
    #if os(Linux)
      let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      let name = line.flatMap { $0.split(separator: ":").last }.map { String($0) } ?? "unknown"
      return name.trimmingCharacters(in: .whitespaces)
    #else
      return ProcessInfo.processInfo.operatingSystemVersionString
    #endif
  }

  /// Adds a figure and shows it.
  mutating func add(_ figure: Figure) {
    if figures.last?.suite != figure.suite { print("\n\(figure.suite)") }
    figures.append(figure)
    print(Self.line(figure))
  }

  private static func line(_ figure: Figure) -> String {
    func number(_ value: Double) -> String {
      String(
        format: value < 0.1 ? "%.4f" : value < 10 ? "%.3f" : value < 1000 ? "%.1f" : "%.0f", value)
    }
    let name = figure.name.padding(toLength: 58, withPad: " ", startingAt: 0)
    let spread = "\(number(figure.minimum))…\(number(figure.maximum))"
    var line = "  \(name) \(number(figure.median)) \(figure.unit)  (\(spread))"
    if let target = figure.target, let isReached = figure.isReached {
      line +=
        "  \(figure.isAtLeast ? ">=" : "<=") \(number(target)): \(isReached ? "reached" : "MISSED")"
    }
    return line
  }

  /// Writes all of it as JSON.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: URL(fileURLWithPath: path))
  }
}
