/// What a client's compressed messages have left out so far, to be added to the next update: what is
/// not sent now is sent later.
///
/// Seide et al. 2014, "1-Bit Stochastic Gradient Descent"; Karimireddy et al. 2019, "Error Feedback
/// Fixes SignSGD and other Gradient Compression Schemes", Algorithm 2. It is for compressors that
/// shrink the error, such as ``TopCoordinates`` and ``RandomSparsification`` without scaling; an
/// unbiased one whose error is larger than the update would make the rest grow. The rest is the
/// client's own and never sent as it is, so with a linear compressor this runs under secure
/// aggregation.
public struct ErrorFeedback: Sendable, Hashable {
  /// What has been left out so far.
  public private(set) var residual: [Double]

  /// Starts with nothing left out.
  ///
  /// - Throws: ``CompressionError/invalidDimension(maximum:found:)`` if the dimension is below 1.
  public init(dimension: Int) throws(CompressionError) {
    residual = [Double](
      repeating: 0, count: try CompressionError.validated(dimension: dimension))
  }

  /// The message for an update and what was left out before.
  ///
  /// - Throws: ``CompressionError`` if the compressor refuses; the rest is then as before.
  public mutating func compress<Compressor: UpdateCompressor>(
    _ update: [Double], by compressor: Compressor, using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> Compressor.Message {
    guard update.count == residual.count else {
      throw .dimensionMismatch(expected: residual.count, found: update.count)
    }
    var corrected = update
    for index in corrected.indices { corrected[index] += residual[index] }
    let message = try compressor.compress(corrected, using: &generator)
    let sent = try compressor.decompress(message)
    for index in corrected.indices { corrected[index] -= sent[index] }
    residual = corrected
    return message
  }
}
