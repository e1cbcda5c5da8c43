/// What the server sends to every client of a round.
public struct Broadcast: Sendable, Hashable {
  /// The global model.
  public let model: ParameterVector

  /// The number of rounds that went into the model.
  public let round: Int

  /// The numbers that clients get beside the model. SCAFFOLD and FedDC send a control variate, one number for each
  /// parameter. ``IFCA`` sends the models of the other clusters, ``EvaluationBins`` the edges. Other algorithms send
  /// nothing, and the array is empty.
  public let control: [Double]

  /// A model, with numbers beside it or without.
  public init(model: ParameterVector, round: Int, control: [Double] = []) {
    self.model = model
    self.round = round
    self.control = control
  }

  /// The numbers that go down to every client.
  public var count: Int { model.values.count + control.count }
}
