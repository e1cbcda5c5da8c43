import ArgumentParser

/// Measures how long things take, shows it and writes it down.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure masks, sharing, the path of a vector and whole sessions.",
    discussion: "Medians of several samples; on a shared machine, look at the least as well.")

  @Option(
    help: """
      The suites to run: masks, sharing, path, privacy, rules, unmasking, closing, blame, \
      receiving, sessions.
      """)
  var suites: [Suite] = Suite.allCases

  @Option(help: "The demo's program, with which sessions are measured.")
  var demo: String

  @Option(help: "Where to write the figures as JSON.")
  var json: String

  @Option(help: "Numbers of clients of the sessions.")
  var clients = [100, 500, 1000]

  @Option(help: "Lengths of the vectors of the sessions.")
  var dimensions = [100_000, 1_000_000]

  @Flag(help: "Only the smallest sessions.")
  var quick = false

  enum Suite: String, ExpressibleByArgument, CaseIterable {
    case masks
    case sharing
    case path
    case privacy
    case rules
    case unmasking
    case closing
    case blame
    case receiving
    case sessions
  }

  func run() throws {
    var results = Results()
    print("\(results.machine), \(results.processors) processor(s)")
    for suite in suites {
      switch suite {
      case .masks: MaskBenchmarks.run(&results)
      case .sharing: SharingBenchmarks.run(&results)
      case .path: try PathBenchmarks.run(&results)
      case .privacy: try PrivateBenchmarks.run(&results)
      case .rules: try AggregationBenchmarks.run(&results)
      case .unmasking: try UnmaskingBenchmarks.run(&results, clients: quick ? 100 : 1_000)
      case .closing: try ClosingBenchmarks.run(&results, clients: quick ? 3_000 : 30_000)
      case .blame:
        try BlameBenchmarks.run(
          &results, clients: quick ? 300 : 1_000, largest: quick ? 600 : 3_000)
      case .receiving:
        try ReceivingBenchmarks.run(
          &results, clients: quick ? 100 : 1_000, elements: quick ? 1_000 : 100_000)
      case .sessions:
        try SessionBenchmarks.run(
          &results, demo: demo,
          quick ? .quick : SessionBenchmarks.Grid(clients: clients, dimensions: dimensions))
      }
      try results.write(to: json)
    }
    let missed = results.figures.filter { $0.isReached == false }
    print(
      "\n\(results.figures.count { $0.isReached == true }) figures reached, \(missed.count) missed")
    print("written to \(json)")
  }
}
