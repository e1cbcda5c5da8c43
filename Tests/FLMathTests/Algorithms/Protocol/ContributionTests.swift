import FLMath
import Testing

@Suite("What a client sends")
struct ContributionTests {
  private let start: ServerState

  init() throws {
    let layout = try ParameterLayout([.init(name: "weights", shape: [3])])
    start = ServerState(model: .zeros(layout))
  }

  @Test("Parts, where they lie, and how large they get")
  func layouts() throws {
    let scaffold = try Scaffold(
      state: start, option: .meanGradientOfPath, populationWeight: 4
    ).contribution
    #expect(scaffold.parts.map(\.name) == ["update", "control"])
    #expect(scaffold.ranges == [0..<3, 3..<6])
    #expect(scaffold.bounds(update: 0.5, path: 0.1) == [0.5, 10])
    let fedNova = try FedNova(state: start, maximumSteps: 7).contribution
    #expect(fedNova.ranges == [0..<3, 3..<4])
    #expect(fedNova.bounds(update: 0.5, path: 0.1) == [0.5, 7])
    #expect(try FederatedAveraging(state: start).contribution.count == 3)
  }

  @Test("Normalised contributions average to the same", arguments: 1...20 as ClosedRange<UInt64>)
  func scale(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let layout = try FedNova(state: start, maximumSteps: 9).contribution
    let scale = try ContributionScale(layout, update: 0.3, path: 1)
    let updates = (0..<5 as Range<UInt32>).map { client in
      let delta = (0..<4).map { index in
        Double.random(in: -1...1, using: &generator) * (index < 3 ? 0.3 : 9)
      }
      return (
        contributor: client,
        update: ClientUpdate(delta: delta, weight: .random(in: 1...9, using: &generator))
      )
    }
    let normalised = try updates.map { ($0.contributor, try scale.normalised($0.update)) }
    for (_, update) in normalised {
      #expect(update.delta.allSatisfy { abs($0) <= 1 }, "seed \(seed)")
    }
    let restored = try scale.restored(WeightedMean.of(normalised))
    let plain = try WeightedMean.of(updates)
    #expect(restored.totalWeight == plain.totalWeight)
    for (restored, plain) in zip(restored.mean, plain.mean) {
      #expect(abs(restored - plain) < 1e-14, "seed \(seed)")
    }
    #expect(throws: FLMathError.algorithm(.dimensionMismatch(expected: 4, found: 1))) {
      try scale.normalised(ClientUpdate(delta: [1], weight: 1))
    }
    #expect(throws: FLMathError.clipping(.invalidBound(0))) {
      try ContributionScale(layout, update: 0.3, path: 0)
    }
  }

  @Test("Memories of another model are refused")
  func foreignMemories() throws {
    let objective = try LeastSquaresObjective(features: [[1, 2, 3]], targets: [1])
    let descent = try StochasticGradientDescent(learningRate: 0.1, batchSize: 1, epochs: 1)
    func refused<Client: FederatedClient>(_ client: Client, control: [Double] = []) -> Bool {
      var training = LocalTraining(objective, by: descent)
      var generator = SimulationGenerator(seed: 1)
      do {
        _ = try client.train(
          on: Broadcast(model: start.model, round: 0, control: control), with: &training,
          using: &generator)
        return false
      } catch FLMathError.algorithm(.memoryMismatch(expected: 3, found: 2)) {
        return true
      } catch FLMathError.classifier(.parameterCountMismatch(expected: 3, found: 2)) {
        return true
      } catch {
        return false
      }
    }
    let scaffold = ScaffoldClient(option: .meanGradientOfPath)
    #expect(!refused(scaffold, control: [1, 2, 3]))
    #expect(refused(scaffold, control: [1, 2]))
    #expect(refused(ScaffoldClient(option: .gradientAtGlobalModel, control: [1, 2])))
    #expect(try refused(FedDynClient(regularisation: 1, gradient: [1, 2])))
    #expect(try refused(DittoClient(personalWeight: 1, personal: [1, 2])))
  }

  @Test("Clients count by their examples, or alike")
  func weighting() throws {
    let objective = try LeastSquaresObjective(
      features: [[1, 2, 3], [4, 5, 6]], targets: [1, 2])
    let descent = try StochasticGradientDescent(learningRate: 0.01, batchSize: 1, epochs: 1)
    for (weighting, weight) in [(Weighting.examples, 2 as UInt64), (.uniform, 1)] {
      var training = LocalTraining(objective, by: descent)
      var generator = SimulationGenerator(seed: 1)
      let round = try AveragingClient(weighting: weighting).train(
        on: Broadcast(model: start.model, round: 0), with: &training, using: &generator)
      #expect(round.update.weight == weight)
    }
  }
}
