import FLMath
import Foundation

/// Runs robust rules for `Scripts/compare-robust-rules.py`, one for each line of its input, over vectors
/// from a file.
///
/// A line is `RULE THREADS RESULT`: the rule's name, a number of threads or `all`, and where to write the
/// result, or `-`. Answered by the seconds that the rule took, the check of the vectors included.
@main
enum RobustRules {
  struct Failure: Error {
    let message: String
  }

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let count = Int(arguments[2]), let attackers = Int(arguments[3]),
      let radius = Double(arguments[4]), count > 0
    else {
      throw Failure(message: "Expected: robust-rules VECTORS COUNT ATTACKERS RADIUS")
    }
    let numbers = try Data(contentsOf: URL(fileURLWithPath: arguments[1]), options: .alwaysMapped)
    let bytes = numbers.count / count
    let rows = (0..<count).map { row in
      let part = numbers[row * bytes..<(row + 1) * bytes]
      return [Double](unsafeUninitializedCapacity: bytes / 8) { memory, initialized in
        initialized = part.copyBytes(to: memory) / 8
      }
    }
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 3 else { throw Failure(message: "Expected: RULE THREADS RESULT") }
      let rule = try rule(words[0], attackers: attackers, radius: radius, rows: rows)
      let start = ContinuousClock.now
      let aggregate = try ThreadLimit.$current.withValue(Int(words[1])) {
        try rule.aggregate(UpdateMatrix(rows))
      }
      let duration = ContinuousClock.now - start
      if words[2] != "-" {
        try aggregate.vector.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: words[2]))
      }
      // Unlike print, this does not keep the line back where the output is a pipe.
      FileHandle.standardOutput.write(Data("\(duration / .seconds(1))\n".utf8))
    }
  }

  /// The rule with ByzFL's conventions.
  static func rule(
    _ name: String, attackers: Int, radius: Double, rows: [[Double]]
  ) throws -> any RobustAggregationRule {
    switch name {
    case "median": try CoordinateMedian(attackers: attackers)
    case "trimmed-mean": try TrimmedMean(attackers: attackers)
    case "mean-around-median": try MeanAroundMedian(attackers: attackers)
    case "krum": try Krum(attackers: attackers, scoring: .meanOfHonestMajority)
    case "multi-krum": try MultiKrum(attackers: attackers, scoring: .meanOfHonestMajority)
    case "geometric-median":
      try GeometricMedian(
        attackers: attackers, smoothing: 0.1, steps: 3,
        start: .point(rows[0].map { _ in 0 }))
    case "centred-clipping": try CenteredClipping(attackers: attackers, radius: radius)
    case "monna": try NearestNeighbourAveraging(attackers: attackers, trustedRow: 0)
    default: throw Failure(message: "Expected the name of a rule, got \(name)")
    }
  }
}
