package import FLMath
package import SecAgg

/// The point of a session at which a client drops out.
package enum LeavingPoint: Sendable, CaseIterable {
  /// After its keys were advertised, before its secrets are shared: nobody masks with it.
  case beforeSharingKeys
  /// Before its masked input arrives: its masks in the others' inputs have to be recovered.
  case afterSharingKeys
  /// Before it answers: its input is in the sum, its self mask has to be recovered from others.
  case afterMaskedInput

  /// Whether a client with this leaving point no longer sends in `round`.
  package func isGone(in round: ProtocolRound) -> Bool {
    switch self {
    case .beforeSharingKeys: round.rawValue >= ProtocolRound.shareKeys.rawValue
    case .afterSharingKeys: round.rawValue >= ProtocolRound.maskedInput.rawValue
    case .afterMaskedInput: round.rawValue >= ProtocolRound.unmasking.rawValue
    }
  }

  /// Chooses at random which clients drop out at each point. A share of the cohort that is not a whole number is
  /// rounded at random.
  package static func draw(
    clients: Int, shares: [LeavingPoint: Double], using generator: inout SimulationGenerator
  ) -> [ClientID: LeavingPoint] {
    var order = ClientID.all(cohortSize: clients)
    for index in order.indices.dropFirst() {
      order.swapAt(index, Int(generator.next() % UInt64(index + 1)))
    }
    var leaving: [ClientID: LeavingPoint] = [:]
    for point in allCases {
      let exact = (shares[point] ?? 0) * Double(clients)
      let uniform = Double(generator.next() >> 11) * 0x1p-53
      for _ in 0..<min(order.count, Int(exact + uniform)) { leaving[order.removeLast()] = point }
    }
    return leaving
  }

  /// Chooses at random which clients drop out, the same share of them at each point.
  package static func draw(
    clients: Int, share: Double, using generator: inout SimulationGenerator
  ) -> [ClientID: LeavingPoint] {
    draw(
      clients: clients,
      shares: Dictionary(uniqueKeysWithValues: allCases.map { ($0, share) }), using: &generator)
  }

  /// The smallest cohort with dropouts in the experiments that need every sum. A smaller cohort would often have too
  /// few clients left.
  package static let smallestCohort = 8
}

extension GraphParameters {
  /// The complete graph: any majority of a client's neighbours recovers its secret.
  package static func complete(clients: Int) -> GraphParameters {
    GraphParameters(degree: clients - 1, threshold: max(2, (clients - 1) / 2 + 1))
  }

  /// The smallest graph that tolerates this share of dropouts at every point, under the calculator's usual
  /// assumptions; the complete graph if no smaller one does.
  package static func smallest(clients: Int, dropout: Double) -> GraphParameters {
    let points = Double(LeavingPoint.allCases.count)
    // Each point takes a whole number of clients, which may be the next larger.
    let leaving = points * (dropout * Double(clients)).rounded(.up) / Double(clients)
    let smallest = try? SessionAssumptions(cohortSize: clients, dropoutFraction: leaving)
      .smallestGraph()
    return smallest ?? .complete(clients: clients)
  }
}
