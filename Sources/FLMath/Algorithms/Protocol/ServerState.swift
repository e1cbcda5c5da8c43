/// What changes on the server from round to round: the model, the number of the round, and the
/// vectors that the algorithm keeps beside the model.
///
/// Encode it to make a checkpoint. An algorithm that is made from a decoded state, with the same
/// hyperparameters, goes on exactly where the first one stopped.
public struct ServerState: Sendable, Hashable, Codable {
  /// The global model after the rounds applied so far.
  public private(set) var model: ParameterVector

  /// The number of rounds applied so far.
  public private(set) var round: Int

  /// The vectors that the algorithm keeps beside the model, each as long as the model. Before the first round,
  /// only ``IFCA`` has any: the models of its other clusters.
  public private(set) var memory: [String: [Double]]

  /// Starts with `model` at round 0.
  public init(model: ParameterVector) {
    self.model = model
    round = 0
    memory = [:]
  }

  /// For a state whose model, round and memory are known to be good.
  init(model: ParameterVector, round: Int, memory: [String: [Double]] = [:]) {
    self.model = model
    self.round = round
    self.memory = memory
  }

  /// Goes on to the next round.
  ///
  /// - Throws: ``FLMathError`` if a number is not finite or there is no next round; the state is
  ///   then as it was before.
  mutating func advance(
    to values: [Double], memory: [String: [Double]] = [:]
  ) throws(FLMathError) {
    let (nextRound, overflow) = round.addingReportingOverflow(1)
    guard !overflow else { throw .algorithm(.invalidRound(round)) }
    for vector in [values] + memory.values {
      if let index = vector.firstNonFiniteIndex {
        throw .algorithm(.diverged(round: nextRound, index: index, found: vector[index]))
      }
    }
    model = try ParameterVector(layout: model.layout, values: values)
    round = nextRound
    self.memory = memory
  }

  /// The vector called `name`, made of `initial` before the first round.
  func vector(_ name: String, initially initial: Double = 0) -> [Double] {
    memory[name] ?? [Double](repeating: initial, count: model.layout.count)
  }

  /// Refuses a state that another kind of algorithm has made.
  ///
  /// - Throws: ``FLMathError/Algorithm/foreignState(expected:found:)``.
  func requireMemory(_ names: String...) throws(FLMathError) {
    let found = memory.keys.sorted()
    guard found.isEmpty || found == names.sorted() else {
      throw .algorithm(.foreignState(expected: names.sorted(), found: found))
    }
  }

  private enum CodingKeys: CodingKey {
    case model, round, memory
  }

  /// Reads a checkpoint and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``FLMathError`` or ``FLMathError`` underneath if
  ///   one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    model = try container.decode(ParameterVector.self, forKey: .model)
    round = try container.decode(Int.self, forKey: .round)
    memory = try container.decode([String: [Double]].self, forKey: .memory)
    guard round >= 0 else {
      throw DecodingError.refused(FLMathError.algorithm(.invalidRound(round)), at: decoder)
    }
    for vector in memory.values {
      do throws(FLMathError) {
        _ = try ParameterVector(layout: model.layout, values: vector)
      } catch {
        throw DecodingError.refused(error, at: decoder)
      }
    }
  }
}

extension WeightedMean {
  /// The parts of the mean.
  ///
  /// - Throws: ``FLMathError/Algorithm/dimensionMismatch(expected:found:)``.
  func split(_ layout: ContributionParts) throws(FLMathError) -> [ArraySlice<Double>] {
    guard mean.count == layout.count else {
      throw .algorithm(.dimensionMismatch(expected: layout.count, found: mean.count))
    }
    return layout.ranges.map { mean[$0] }
  }
}
