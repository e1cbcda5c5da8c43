import ArgumentParser

/// Who shares keys and masks with whom.
enum GraphKind: String, ExpressibleByArgument, CaseIterable {
  case complete
  case sparse
}

/// The options of a session that all subcommands have in common.
struct GraphOptions: ParsableArguments {
  @Option(help: "complete: everybody masks with everybody; sparse: with --degree neighbours.")
  var graph: GraphKind = .complete

  @Option(help: "Neighbours of a client in the sparse graph, an even number.")
  var degree: Int?

  @Option(help: "Shares that recover a client's secret, of those that its neighbours hold.")
  var threshold: Int?

  /// The degree and threshold for a cohort: those given, or defaults under which a tenth of the
  /// clients may leave at each of three points.
  ///
  /// - Throws: `ValidationError` for values that no session can have.
  func resolved(clients: Int) throws -> (degree: Int, threshold: Int) {
    guard clients >= 3 else {
      throw ValidationError("--clients must be at least 3, found \(clients)")
    }
    let degree: Int
    switch graph {
    case .complete:
      guard self.degree == nil || self.degree == clients - 1 else {
        throw ValidationError(
          "--degree belongs to --graph sparse; the complete graph has \(clients - 1)")
      }
      degree = clients - 1
    case .sparse:
      degree = self.degree ?? Self.sparseDegree(clients: clients)
      guard degree >= 2, degree < clients, degree % 2 == 0 || degree == clients - 1 else {
        throw ValidationError(
          "--degree must be an even number from 2 to \(clients - 1), found \(degree)")
      }
    }
    // More than half in the complete graph, so that no two sets of answers could unmask two sums.
    // In a sparse graph a smaller part, since a few neighbours more or less weigh heavier there.
    let usual = graph == .complete ? degree / 2 + 1 : max(2, (2 * degree + 4) / 5)
    let threshold = self.threshold ?? min(max(2, usual), degree)
    guard threshold >= 2, threshold <= degree else {
      throw ValidationError("--threshold must be from 2 to \(degree), found \(threshold)")
    }
    return (degree, threshold)
  }

  /// Six times the binary logarithm, rounded up: enough neighbours that, of a thousand clients each
  /// losing a quarter of them, all keep two fifths.
  private static func sparseDegree(clients: Int) -> Int {
    let logarithm = Int.bitWidth - (clients - 1).leadingZeroBitCount
    let degree = 6 * logarithm
    return degree < clients ? degree : clients - 1
  }
}
