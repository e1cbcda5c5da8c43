public import FLMath

/// Any federated algorithm through secure aggregation: what its clients contribute becomes the vector
/// of a session, and the sum becomes the weighted mean that its server folds in.
///
/// A contribution may have parts of different size, such as SCAFFOLD's updates and control variates.
/// Each is divided by its bound, so that all share the codec of `SecureFedAvg`, and multiplied by it
/// again once the mean is decoded. Nothing else depends on the algorithm.
///
/// ```swift
/// let secure = try AlgorithmEncoder(
///   algorithm.contribution, update: 4, path: 1.5, maximumWeight: 64, maximumContributors: 10)
/// // Client, within its session:
/// let message = try session.mask(localRound.update, by: secure)
/// // Server, after the last round:
/// try algorithm.apply(secure.decode(aggregate))
/// ```
public struct AlgorithmEncoder: VectorEncoder, Hashable {
  /// The parts of a contribution and the largest magnitude of a coordinate of each.
  public let scale: ContributionScale
  /// The encoding of contributions of which every coordinate is in -1...1.
  public let secure: SecureFedAvg

  /// Settings of one training. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - contribution: the parts of the algorithm's contribution.
  ///   - update: bound of each coordinate of an update, in units of the model. What is beyond is
  ///     clipped.
  ///   - path: the shortest path of a client, steps x learning rate; bounds of gradients follow.
  ///   - maximumWeight: the largest weight of one client.
  ///   - maximumContributors: the largest number of clients in one sum.
  ///   - minimumValueBits: the least precision of one coordinate.
  ///   - countsClipping: whether clients add counts of what is clipped, without noise. `clippingCounts(of:)` has
  ///     them, in multiples of each part's bound.
  /// - Throws: `EncoderError`.
  public init(
    _ contribution: ContributionParts, update: Double, path: Double, maximumWeight: UInt64,
    maximumContributors: Int, minimumValueBits: Int = 16, countsClipping: Bool = false
  ) throws(EncoderError) {
    do {
      scale = try ContributionScale(contribution, update: update, path: path)
    } catch {
      throw .encoding(.clipping(error))
    }
    do {
      secure = try SecureFedAvg(
        parameterCount: contribution.count, clippingBound: 1, maximumWeight: maximumWeight,
        maximumContributors: maximumContributors, minimumValueBits: minimumValueBits,
        countsClipping: countsClipping)
    } catch {
      throw .encoding(error)
    }
  }

  /// The layout of the session's vectors.
  public var layout: VectorLayout { secure.layout }

  /// What the clients of a session bind their masks to: these settings, and all that the server sent
  /// for the round, so that clients that were sent different things get masks that do not cancel.
  ///
  /// Complexity: O(broadcast).
  public func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    var writer = ByteWriter()
    writer.write(
      secure.applicationContext(
        of: Broadcast(model: broadcast.model, round: broadcast.round), task: task))
    writer.write(count: scale.layout.parts.count)
    for (part, bound) in zip(scale.layout.parts, scale.bounds) {
      writer.write(string: part.name)
      writer.write(count: part.count)
      writer.write(bound.bitPattern)
    }
    writer.write(count: broadcast.control.count)
    writer.write(words: broadcast.control.map(\.bitPattern))
    return SessionParameters.applicationContext(of: writer.bytes)
  }

  /// A client's contribution as the vector of its session.
  ///
  /// - Throws: `EncoderError` for a session of another layout, a contribution of another length, a weight beyond
  ///   the bound, or numbers that are not finite.
  public func encode(
    _ contribution: ClientUpdate, in session: SessionParameters
  ) throws(EncoderError) -> PackedVector {
    guard session.layout == layout else { throw .encoding(.layoutMismatch) }
    var generator = SecureGenerator()
    return try encode(contribution, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ contribution: ClientUpdate, using generator: inout some RandomNumberGenerator
  ) throws(EncoderError) -> PackedVector {
    let normalised: ClientUpdate
    do {
      normalised = try scale.normalised(contribution)
    } catch {
      throw .contribution(error)
    }
    do {
      return try secure.encode(normalised, using: &generator)
    } catch {
      throw .encoding(error)
    }
  }

  /// The weighted mean of the contributors of an aggregate, for the algorithm to apply.
  ///
  /// - Throws: `EncoderError` for an aggregate of other settings and for sums that no honest
  ///   contributors make.
  public func decode(
    _ aggregate: UnmaskedAggregate
  ) throws(EncoderError) -> WeightedMean {
    let mean: WeightedMean
    do {
      mean = try secure.decode(aggregate)
    } catch {
      throw .encoding(error)
    }
    return try restored(mean)
  }

  /// What clients lost by clipping, in multiples of each part's bound; `nil` unless `countsClipping` was set.
  ///
  /// - Throws: as `SecureFedAvg.clippingCounts(of:)`.
  public func clippingCounts(
    of aggregate: UnmaskedAggregate
  ) throws(EncoderError) -> ClippingCounts? {
    do {
      return try secure.clippingCounts(of: aggregate)
    } catch {
      throw .encoding(error)
    }
  }

  /// A decoded mean in units of the contribution.
  func restored(_ mean: WeightedMean) throws(EncoderError) -> WeightedMean {
    do {
      return try scale.restored(mean)
    } catch {
      throw .contribution(error)
    }
  }
}

/// Why a contribution cannot be encoded, or an aggregate not be decoded.
public enum EncoderError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The contribution, or the mean, does not have the algorithm's parts.
  case contribution(FLMathError)
  /// A message cannot be compressed, or the sum of messages not be read.
  case compression(FLMathError)
  /// The codes of a compressor do not fit the session's elements. Not which: they are private.
  case codes(bits: Int)
  /// Encoding or decoding failed.
  case encoding(SecureFedAvgError)

  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .contribution(let error): error.description
    case .compression(let error): error.description
    case .codes(let bits):
      "expected codes of at most \(bits) bits, found more; raise the bits per element"
    case .encoding(let error): error.description
    }
  }
}
