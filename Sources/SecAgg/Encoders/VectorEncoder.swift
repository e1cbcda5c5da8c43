public import FLMath

/// How a client's input becomes the vector of a session, and the sum of all vectors a result.
///
/// A session adds vectors of whole numbers. An encoder says what the numbers mean. The server and all clients of
/// a session create it with the same settings. ``SecureFedAvg`` averages updates; ``PrivateFedAvg`` adds noise to
/// them; ``AlgorithmEncoder`` takes what any federated algorithm contributes; ``CompressedEncoder`` and
/// ``QuantizedEncoder`` compress. Conform to it for other sums.
public protocol VectorEncoder: Sendable {
  /// What a client has.
  associatedtype Input
  /// What the server gets.
  associatedtype Output
  /// Why an input cannot be encoded, or a sum not be decoded.
  associatedtype Failure: Error

  /// The layout of the session's vectors.
  var layout: VectorLayout { get }

  /// A digest of all that the participants of a session must agree on: the task, what the server sent for the
  /// round, and every setting of the encoder. `SessionParameters.applicationContext(of:)` makes one.
  ///
  /// A server makes the session's parameters with it. A client computes it and expects it in its policy.
  func applicationContext(of broadcast: Broadcast, task: String) -> Digest

  /// A client's input as the vector of its session.
  ///
  /// Whatever is random has to come from a generator of the system's or of libsodium, never from a seed.
  func encode(_ input: Input, in session: SessionParameters) throws(Failure) -> PackedVector

  /// What the sum of the contributors' vectors means.
  func decode(_ aggregate: UnmaskedAggregate) throws(Failure) -> Output

  /// How much clients lost by clipping; `nil` if the sum does not tell.
  func clippingCounts(of aggregate: UnmaskedAggregate) throws(Failure) -> ClippingCounts?
}

extension VectorEncoder {
  /// `nil`: the sum does not tell.
  public func clippingCounts(
    of aggregate: UnmaskedAggregate
  ) throws(Failure) -> ClippingCounts? { nil }
}

extension ClientSession {
  /// Encodes and masks this client's input once ``Response/inputNeeded`` has asked for it.
  ///
  /// - Parameters:
  ///   - input: what the encoder takes.
  ///   - encoder: the one that the session's parameters were made with.
  ///   - inputContext: as of ``mask(_:inputContext:execution:)``.
  ///   - execution: how many threads to use, and who watches.
  /// - Returns: the message to send.
  /// - Throws: the encoder's error or `ClientError.inputNotNeeded`, which change nothing; `.cancelled`.
  public mutating func mask<Encoder: VectorEncoder>(
    _ input: Encoder.Input, by encoder: Encoder, inputContext: Digest? = nil,
    execution: Execution = Execution()
  ) throws -> ClientMessage {
    guard needsInput else { throw ClientError.inputNotNeeded(awaited: awaited) }
    guard encoder.layout == parameters.layout else { throw ClientError.layoutMismatch }
    let vector = try encoder.encode(input, in: parameters)
    return try mask(vector, inputContext: inputContext, execution: execution)
  }
}
