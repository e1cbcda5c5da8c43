import RealModule

/// The softmax function and its normaliser.
enum Softmax {
  /// `log(sum of exp(logit))` of the logits in `range`, which are replaced by their softmax.
  ///
  /// The largest logit is subtracted first, so that no exponential overflows and at least one is 1.
  ///
  /// - Parameter range: not empty and within `logits`.
  static func logSumExp(_ logits: inout [Double], _ range: Range<Int>) -> Double {
    var largest = logits[range.lowerBound]
    for index in range where logits[index] > largest {
      largest = logits[index]
    }
    var sum = 0.0
    for index in range {
      let exponential = Double.exp(logits[index] - largest)
      logits[index] = exponential
      sum += exponential
    }
    for index in range {
      logits[index] /= sum
    }
    return largest + Double.log(sum)
  }
}
