/// How much each feature moved the output of a model for one example away from its mean over
/// background examples: Shapley values of the game in which features that are not in play take the
/// values of the background.
///
/// Lundberg and Lee 2017, "A Unified Approach to Interpreting Model Predictions" (SHAP), in the
/// interventional form, which takes features as independent of each other. Base value and
/// contributions add up to the output.
public struct ShapleyValues: Sendable, Hashable {
  /// The mean output over the background.
  public let baseValue: Double

  /// The part of every feature in the difference to it.
  public let contributions: [Double]

  /// The output for the example: the base value plus all contributions, up to rounding.
  public var output: Double { contributions.reduce(baseValue, +) }
}

/// Why an output cannot be explained.
public enum ExplanationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A model needs at least one feature.
  case noFeatures
  /// There are no background examples, or no values to average.
  case noExamples
  /// There is another number of features, weights or outputs.
  case countMismatch(expected: Int, found: Int)
  /// A number that goes into the explanation, or an output of the model, is not finite.
  case nonFinite(index: Int, found: Double)
  /// The model has no such class.
  case noSuchClass(count: Int, found: Int)
  /// The parameters are not of the model.
  case layoutMismatch
  /// Examples do not fit the model.
  case mismatch(ClassifierError)
  /// Fewer coalitions than determine the contributions.
  case tooFewCoalitions(minimum: Int, found: Int)
  /// More coalitions than there is memory for.
  case tooManyCoalitions(maximum: Int, found: Int)
  /// The coalitions drawn do not determine the contributions.
  case underdetermined

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .noFeatures:
      "Expected at least one feature, got none; explain a model of some."
    case .noExamples:
      "Expected at least one example, got none; leave out clients without examples."
    case .countMismatch(let expected, let found):
      "Expected \(expected) numbers, got \(found); use one model and one table."
    case .nonFinite(let index, let found):
      "Expected finite numbers, but the one at index \(index) is \(found); check model and data."
    case .noSuchClass(let count, let found):
      "Expected a class from 0 to \(max(1, count) - 1), got \(found); number the classes from 0."
    case .layoutMismatch:
      "Expected parameters of the model, got others; pass the trained ones."
    case .mismatch(let error):
      error.description
    case .tooFewCoalitions(let minimum, let found):
      "Expected at least \(minimum) coalitions, got \(found); a few thousand are usual."
    case .tooManyCoalitions(let maximum, let found):
      "Expected at most \(maximum) coalitions, got \(found); a few thousand are usual."
    case .underdetermined:
      "Expected coalitions that determine all contributions, got too similar ones; draw more."
    }
  }
}
