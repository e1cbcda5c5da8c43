import FLMath
import SecAgg

/// How the clients' updates become the vectors of a session, and the session's sum the step of the
/// model. The session in between is the same for all.
protocol RoundAveraging: Sendable {
  /// The layout of the session's vectors.
  var layout: VectorLayout { get }

  /// What the clients bind their masks to.
  func applicationContext(model: ParameterVector, round: Int, task: String) -> Digest

  /// A client's update as the vector of its session.
  ///
  /// - Parameters:
  ///   - context: what the client thinks it takes part in.
  ///   - session: what the server says the session is.
  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector

  /// The step that belongs to a sum, noise included.
  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean

  /// What clipping cost the clients of a sum; nil where exact counts would break the guarantee.
  func clipping(of aggregate: UnmaskedAggregate) throws -> TrainingRecord.Clipping?

  /// What a round costs; nil without noise.
  func event() throws -> PrivacyEvent?

  /// The largest Euclidean norm that an update keeps, if there is one.
  var clip: Double? { get }

  /// How the round after one with this sum is averaged.
  func following(_ aggregate: UnmaskedAggregate) throws -> Self
}

extension RoundAveraging {
  func clipping(of aggregate: UnmaskedAggregate) throws -> TrainingRecord.Clipping? { nil }

  func following(_ aggregate: UnmaskedAggregate) throws -> Self { self }
}
