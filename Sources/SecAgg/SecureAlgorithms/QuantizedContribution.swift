public import FLMath

/// Quantised updates through secure aggregation: the codes of all clients are added up as they are,
/// in lanes that hold no more bits than they need.
///
/// It takes linear compressors whose messages are integers only, such as `StochasticQuantization`, or a
/// chain of a rotation and quantisation. `QSGD` scales every update by its own norm, so its codes do
/// not add up; it is no `LinearCompressor` and does not compile here. All clients weigh the same.
public struct QuantizedContribution<Compressor: LinearCompressor>: Sendable
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

  /// A client's codes as the vector of its session.
  ///
  /// - Throws: `SecureContributionError` for an update that does not fit, or codes of more bits than
  ///   the session has.
  public func encode(_ update: [Double]) throws(SecureContributionError) -> PackedVector {
    var generator = SecureGenerator()
    return try encode(update, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(SecureContributionError) -> PackedVector {
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
  /// - Throws: `SecureContributionError` for an aggregate of other settings, or sums that no honest
  ///   contributors make.
  public func decode(
    _ aggregate: UnmaskedAggregate
  ) throws(SecureContributionError) -> WeightedMean {
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
