import SecAgg

extension GraphParameters {
  /// Everybody is a neighbour, and more than half recover a secret.
  static func complete(clients: Int) -> GraphParameters {
    GraphParameters(degree: clients - 1, threshold: max(2, (clients - 1) / 2 + 1))
  }

  /// The smallest graph that withstands so many leaving at each of all points, by the calculator's usual
  /// assumptions; the complete one where no smaller does.
  static func smallest(clients: Int, dropout: Double) -> GraphParameters {
    let points = Double(LeavingPoint.allCases.count)
    // Each point takes a whole number of clients, which may be the next larger.
    let leaving = points * (dropout * Double(clients)).rounded(.up) / Double(clients)
    let smallest = try? SessionAssumptions(cohortSize: clients, dropoutFraction: leaving)
      .smallestGraph()
    return smallest ?? .complete(clients: clients)
  }
}
