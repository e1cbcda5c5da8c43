public import FLMath

/// Why a contribution cannot be encoded, or an aggregate not be decoded.
public enum SecureContributionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The contribution, or the mean, does not have the algorithm's parts.
  case contribution(AlgorithmError)
  /// A message cannot be compressed, or the sum of messages not be read.
  case compression(CompressionError)
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
