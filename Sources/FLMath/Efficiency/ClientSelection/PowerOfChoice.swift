/// Of several clients drawn by their numbers of examples, those whose loss is largest: they have most
/// left to learn, so training is faster, and less even.
///
/// Cho, Wang and Joshi 2020, "Client Selection in Federated Learning: Convergence Analysis and
/// Power-of-Choice Selection Strategies" (pow-d): d clients are drawn without replacement
/// by their shares of the data, each is sent the model and answers with its loss, and the m largest
/// are kept. It depends on data, so it must not count as sampling in privacy accounting; and a client
/// that lies about its loss is selected as often as it is asked.
public struct PowerOfChoice: ClientSelection, Hashable {
  /// The number m of clients to keep.
  public let size: Int

  /// The number d of clients to ask; less if there are not so many. With d = m it is drawing by
  /// numbers of examples.
  public let asked: Int

  /// The number of examples of every client.
  public let examples: [UInt32: Int]

  /// Asks `asked` clients and keeps `size` of them.
  ///
  /// - Parameter examples: the number of examples, at least 1, of every client that may come.
  /// - Throws: ``SelectionError`` unless `size` is at least 1 and `asked` at least `size`.
  public init(
    size: Int, asked: Int, examples: [UInt32: Int]
  ) throws(SelectionError) {
    guard size >= 1 else { throw .invalidSize(size) }
    guard asked >= size else { throw .tooFewProbes(size: size, found: asked) }
    self.size = size
    self.asked = asked
    self.examples = examples
  }

  /// The d clients to ask.
  ///
  /// - Throws: ``SelectionError`` if there are too few candidates, or one has no examples.
  public func clientsToAsk(
    among candidates: Candidates, seed: UInt64
  ) throws(SelectionError) -> [UInt32] {
    try candidates.require(size)
    var weights: [Double] = []
    for client in candidates.clients {
      let weight = Double(examples[client] ?? 0)
      guard weight > 0 else { throw .invalidWeight(client: client, found: weight) }
      weights.append(weight)
    }
    var generator = SimulationGenerator(seed: seed)
    return generator.sample(asked, of: candidates.clients, weights: weights).sorted()
  }

  /// The m clients with the largest losses; of equal ones those with the smaller ids. A loss that is
  /// not a number counts as the smallest.
  ///
  /// - Throws: ``SelectionError`` as ``clientsToAsk(among:seed:)``, or if an answer is missing.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(SelectionError) -> Cohort {
    var answers: [(client: UInt32, loss: Double)] = []
    for client in try clientsToAsk(among: candidates, seed: seed) {
      guard let loss = losses[client] else { throw .missingLoss(client) }
      answers.append((client, loss.isNaN ? -.infinity : loss))
    }
    answers.sort { ($0.loss, $1.client) > ($1.loss, $0.client) }
    return Cohort(answers.prefix(size).map(\.client), seed: seed, scheme: .dataDependent)
  }
}
