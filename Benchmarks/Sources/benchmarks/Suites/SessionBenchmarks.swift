import Foundation

/// What a session costs a client and the server, as `secagg-demo aggregate` measures it: each of the
/// two in a process of its own, all other clients simulated beside them.
struct SessionFigures: Codable {
  var clients: Int
  var dimension: Int
  var dropout: Double
  var graph: String
  var degree: Int
  var threshold: Int
  var cipher: String
  var threads: Int
  var laneBits: Int
  var clientCpuMilliseconds: Double
  var clientWallMilliseconds: Double
  var serverCpuMilliseconds: Double
  var serverWallMilliseconds: Double
  var clientPeakBytes: Int
  var serverPeakBytes: Int
  var bytesUpPerClient: Int
  var bytesDownPerClient: Int
  var sumsEqual: Bool?
  var phases: [Phase]

  struct Phase: Codable {
    var phase: String
    var clientCpuMilliseconds: Double
    var serverCpuMilliseconds: Double
    var serverWallMilliseconds: Double
    /// Without the messages: in the last phase, what taking the masks off takes.
    var serverClosingWallMilliseconds: Double
  }

  /// The bits of an element: at least 16, and whatever lanes leave over.
  var valueBits: Int { laneBits - Int(log2(Double(clients)).rounded(.up)) }

  /// Bits up over those of the plain vector.
  var expansion: Double { Double(8 * bytesUpPerClient) / Double(valueBits * dimension) }

  /// The same after Bonawitz et al. 2017, section 7: ((b + ceil(log2 n)) m + 256 (7n - 4)) / (b m).
  var publishedExpansion: Double {
    let (n, m, b) = (Double(clients), Double(dimension), Double(valueBits))
    return ((b + log2(n).rounded(.up)) * m + 256 * (7 * n - 4)) / (b * m)
  }
}

enum SessionBenchmarks {
  struct Grid {
    var clients = [100, 500, 1000]
    var dimensions = [100_000, 1_000_000]
    var dropouts = [0, 0.1, 0.3]
    var graphs = ["complete", "sparse"]
    var threads = [1, 2]

    static let quick = Grid(clients: [100], dimensions: [100_000])
  }

  static func run(_ results: inout Results, demo: String, _ grid: Grid) throws {
    print(
      "\nSessions (elements of at least 16 bits; CPU and wall time of one client and of the server)"
    )
    print(header)
    for clients in grid.clients {
      for dimension in grid.dimensions {
        for graph in grid.graphs {
          for dropout in grid.dropouts {
            for threads in grid.threads {
              let figures = try measured(
                demo,
                [
                  "--clients", "\(clients)", "--dimension", "\(dimension)", "--dropout",
                  "\(dropout)", "--graph", graph, "--threads", "\(threads)",
                ])
              results.sessions.append(figures)
              print(line(figures))
            }
          }
        }
      }
    }
    targets(&results)
  }

  /// The figures that were set out to be reached.
  private static func targets(_ results: inout Results) {
    let session = results.sessions.first {
      $0.clients == 100 && $0.dimension == 100_000 && $0.dropout == 0.3 && $0.threads == 1
        && $0.graph == "complete"
    }
    if let figures = session {
      let name = "n = 100, m = 10^5, 30 % dropped, complete"
      results.add(
        Figure(
          "Session targets", "server CPU, \(name)", unit: "ms",
          median: figures.serverCpuMilliseconds, target: 130))
      results.add(
        Figure(
          "Session targets", "client CPU, \(name)", unit: "ms",
          median: figures.clientCpuMilliseconds, target: 10))
    }
  }

  private static func measured(_ demo: String, _ arguments: [String]) throws -> SessionFigures {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: demo)
    process.arguments = ["aggregate", "--quiet", "--json", "-"] + arguments
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(arguments: arguments, status: process.terminationStatus)
    }
    return try JSONDecoder().decode(SessionFigures.self, from: data)
  }

  private static let header = """
        n        m graph     k    t  drop thr | client CPU   wall   peak |  server CPU      wall   peak \
    | up B/client  expansion  (2017)
    """

  private static func line(_ f: SessionFigures) -> String {
    func field(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func ms(_ value: Double, _ width: Int) -> String {
      field(String(format: value < 100 ? "%.1f" : "%.0f", value) + " ms", width)
    }
    func mb(_ bytes: Int) -> String { field("\(bytes / 1_000_000) MB", 7) }
    let percent = "\(Int(100 * f.dropout)) %"
    return field("\(f.clients)", 5) + field("\(f.dimension)", 9) + " "
      + f.graph.padding(toLength: 8, withPad: " ", startingAt: 0) + field("\(f.degree)", 4)
      + field("\(f.threshold)", 5) + field(percent, 6) + field("\(f.threads)", 4) + " |"
      + ms(f.clientCpuMilliseconds, 11) + ms(f.clientWallMilliseconds, 10)
      + mb(f.clientPeakBytes) + " |" + ms(f.serverCpuMilliseconds, 12)
      + ms(f.serverWallMilliseconds, 11) + mb(f.serverPeakBytes) + " |"
      + field("\(f.bytesUpPerClient)", 11) + field(String(format: "%.3f", f.expansion), 10)
      + field(String(format: "%.3f", f.publishedExpansion), 10)
  }

  private struct Failed: Error, CustomStringConvertible {
    let arguments: [String]
    let status: Int32
    var description: String {
      "secagg-demo aggregate \(arguments.joined(separator: " ")) ended with status \(status)"
    }
  }
}
