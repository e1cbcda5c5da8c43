/// Server optimisers of Flower and of the papers, fed with the same updates.
struct FlowerReference: Decodable {
  struct Round: Decodable {
    let w: [Double]
    let momentum: [Double]?
    let m_t: [Double]?
    let v_t: [Double]?
  }

  struct Parameters: Decodable {
    let server_learning_rate: Double?
    let server_momentum: Double?
    let eta: Double?
    let beta_1: Double?
    let beta_2: Double?
    let tau: Double?
  }

  struct Run: Decodable {
    let strategy: String
    let params: Parameters
    let rounds: [Round]
  }

  let w0: [Double]
  let num_examples: [UInt64]
  let deltas: [[[Double]]]
  let strategies: [Run]
  let paper_oracles: [Run]

  init() throws {
    self = try ReferenceFile.decode(Self.self, from: "flower_strategies.json")
  }

  private enum CodingKeys: CodingKey { case w0, num_examples, deltas, strategies, paper_oracles }
}
