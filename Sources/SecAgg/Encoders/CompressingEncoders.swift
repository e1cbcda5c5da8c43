public import FLMath

/// Compressed updates through secure aggregation: the messages are added up, not the updates.
///
/// It takes linear compressors of real numbers only, such as random-k with a seed for all: top-k
/// (`TopCoordinates`), `DRIVE` and `QSGD` do not conform to `LinearCompressor`, so a session with them
/// does not compile. Compressors of integers go through `QuantizedEncoder`.
///
/// A compressor is a value of a round, made from the round's public seed.
public struct CompressedEncoder<Compressor: LinearCompressor>: VectorEncoder
where Compressor.Element == Double {
  /// The compressor of this round, the same for all clients.
  public let compressor: Compressor
  /// The encoding of messages.
  public let secure: SecureFedAvg

  /// Settings of one round. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - compressor: the compressor, made from the round's seed.
  ///   - clippingBound: bound of each element of a message.
  ///   - maximumWeight: the largest weight of one client.
  ///   - maximumContributors: the largest number of clients in one sum.
  ///   - minimumValueBits: the least precision of one element.
  /// - Throws: `SecureFedAvgError`.
  public init(
    _ compressor: Compressor, clippingBound: Double, maximumWeight: UInt64,
    maximumContributors: Int, minimumValueBits: Int = 16
  ) throws(SecureFedAvgError) {
    self.compressor = compressor
    secure = try SecureFedAvg(
      parameterCount: compressor.messageCount, clippingBound: clippingBound,
      maximumWeight: maximumWeight, maximumContributors: maximumContributors,
      minimumValueBits: minimumValueBits)
  }

  /// The layout of the session's vectors.
  public var layout: VectorLayout { secure.layout }

  /// What the server sent for the round, these settings and the compressor.
  ///
  /// Complexity: O(broadcast).
  public func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    var writer = ByteWriter()
    writer.write(string: "compressed")
    writer.write(secure.applicationContext(of: broadcast, task: task))
    writer.write(words: compressor.agreement)
    return SessionParameters.applicationContext(of: writer.bytes)
  }

  /// A client's compressed update as the vector of its session.
  ///
  /// - Throws: `EncoderError` for a session of another layout or an update that does not fit.
  public func encode(
    _ update: ClientUpdate, in session: SessionParameters
  ) throws(EncoderError) -> PackedVector {
    guard session.layout == layout else { throw .encoding(.layoutMismatch) }
    var generator = SecureGenerator()
    return try encode(update, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: ClientUpdate, using generator: inout some RandomNumberGenerator
  ) throws(EncoderError) -> PackedVector {
    let message: [Double]
    do {
      message = try compressor.compress(update.delta, using: &generator)
    } catch {
      throw .compression(error)
    }
    return try encode(message: message, weight: update.weight, using: &generator)
  }

  /// A client's compressed update, with what its earlier messages have left out, as the vector of its
  /// session.
  ///
  /// - Parameter feedback: what the client has left out so far, and will have by this message. A client
  ///   whose contribution gets lost goes on with the value that it had before.
  /// - Throws: `EncoderError` for a session of another layout or an update that does not fit; the feedback is
  ///   then as it was.
  public func encode(
    _ update: ClientUpdate, with feedback: inout ErrorFeedback, in session: SessionParameters
  ) throws(EncoderError) -> PackedVector {
    guard session.layout == layout else { throw .encoding(.layoutMismatch) }
    var generator = SecureGenerator()
    return try encode(update, with: &feedback, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: ClientUpdate, with feedback: inout ErrorFeedback,
    using generator: inout some RandomNumberGenerator
  ) throws(EncoderError) -> PackedVector {
    var next = feedback
    let message: [Double]
    do {
      message = try next.compress(update.delta, by: compressor, using: &generator)
    } catch {
      throw .compression(error)
    }
    let vector = try encode(message: message, weight: update.weight, using: &generator)
    feedback = next
    return vector
  }

  private func encode(
    message: [Double], weight: UInt64, using generator: inout some RandomNumberGenerator
  ) throws(EncoderError) -> PackedVector {
    do {
      return try secure.encode(ClientUpdate(delta: message, weight: weight), using: &generator)
    } catch {
      throw .encoding(error)
    }
  }

  /// The estimate of the contributors' weighted mean.
  ///
  /// - Throws: `EncoderError`.
  public func decode(
    _ aggregate: UnmaskedAggregate
  ) throws(EncoderError) -> WeightedMean {
    let mean: WeightedMean
    do {
      mean = try secure.decode(aggregate)
    } catch {
      throw .encoding(error)
    }
    let estimate: [Double]
    do {
      // A mean of messages is the message of the mean.
      estimate = try compressor.decompress(mean.mean)
    } catch {
      throw .compression(error)
    }
    do {
      return try WeightedMean(
        mean: estimate, totalWeight: mean.totalWeight, contributors: mean.contributors)
    } catch {
      throw .encoding(.mean(error))
    }
  }
}

/// Quantised updates through secure aggregation: the codes of all clients are added up as they are,
/// in lanes that hold no more bits than they need.
///
/// It takes linear compressors whose messages are integers only, such as `StochasticQuantization`, or a
/// chain of a rotation and quantisation. `QSGD` scales every update by its own norm, so its codes do
/// not add up; it is no `LinearCompressor` and does not compile here. All clients weigh the same.
public struct QuantizedEncoder<Compressor: LinearCompressor>: VectorEncoder
where Compressor.Element == UInt64 {
  /// The compressor of this round, the same for all clients.
  public let compressor: Compressor
  /// The layout of the session's vectors.
  public let layout: VectorLayout

  /// Settings of one round. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - compressor: the compressor of the round.
  ///   - bitsPerElement: the bits of its codes.
  ///   - maximumContributors: the largest number of clients in one sum.
  /// - Throws: `SecureFedAvgError`.
  public init(
    _ compressor: Compressor, bitsPerElement: Int, maximumContributors: Int
  ) throws(SecureFedAvgError) {
    let lanes: LaneLayout
    do {
      lanes = try LaneLayout(
        minimumValueBits: bitsPerElement, maximumContributors: maximumContributors)
    } catch {
      throw .lanes(error)
    }
    guard let layout = try? VectorLayout(elementCount: compressor.messageCount, lanes: lanes)
    else { throw .parameterCount(found: compressor.messageCount) }
    self.compressor = compressor
    self.layout = layout
  }

  /// What the server sent for the round, the layout and the compressor.
  ///
  /// Complexity: O(broadcast).
  public func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    var writer = ByteWriter()
    writer.write(string: "quantized")
    writer.write(string: task)
    writer.write(count: broadcast.round)
    writer.write(count: layout.elementCount)
    writer.write(count: layout.lanes.valueBits)
    writer.write(broadcast.model)
    writer.write(words: broadcast.control.map(\.bitPattern))
    writer.write(words: compressor.agreement)
    return SessionParameters.applicationContext(of: writer.bytes)
  }

  /// A client's codes as the vector of its session.
  ///
  /// - Throws: `EncoderError` for a session of another layout, an update that does not fit, or codes of more
  ///   bits than the session has.
  public func encode(
    _ update: [Double], in session: SessionParameters
  ) throws(EncoderError) -> PackedVector {
    guard session.layout == layout else { throw .encoding(.layoutMismatch) }
    var generator = SecureGenerator()
    return try encode(update, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(EncoderError) -> PackedVector {
    let codes: [UInt64]
    do {
      codes = try compressor.compress(update, using: &generator)
    } catch {
      throw .compression(error)
    }
    guard let vector = try? PackedVector(codes, layout: layout) else {
      throw .codes(bits: layout.lanes.valueBits)
    }
    return vector
  }

  /// The estimate of the contributors' mean, each with weight 1.
  ///
  /// - Throws: `EncoderError` for an aggregate of other settings, or sums that no honest
  ///   contributors make.
  public func decode(
    _ aggregate: UnmaskedAggregate
  ) throws(EncoderError) -> WeightedMean {
    guard aggregate.layout == layout, let sums = aggregate.sums.unsigned else {
      throw .encoding(.layoutMismatch)
    }
    let count = aggregate.contributors.count
    let sum: [Double]
    do {
      sum = try compressor.decompressSum(sums, contributors: count)
    } catch {
      throw .compression(error)
    }
    do {
      return try WeightedMean(
        mean: sum.map { $0 / Double(count) }, totalWeight: UInt64(count),
        contributors: aggregate.contributors.map(\.rawValue))
    } catch {
      throw .encoding(.mean(error))
    }
  }
}
