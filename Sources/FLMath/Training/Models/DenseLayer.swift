/// One fully connected layer, `output = weights * input + bias`: where its parameters lie and what
/// is computed with them.
///
/// The weights are a row-major matrix with one row per output. Every loop runs along rows, that is
/// along contiguous memory.
struct DenseLayer: Sendable, Hashable {
  let inputCount: Int
  let outputCount: Int

  /// Where the weights lie in the parameters and in the gradient.
  let weights: Range<Int>

  /// Where the bias lies in the parameters and in the gradient.
  let bias: Range<Int>

  /// Computes `output` from `input`.
  func forward(
    parameters: Span<Double>, input: Span<Double>, output: inout MutableSpan<Double>
  ) {
    for row in 0..<outputCount {
      output[row] =
        parameters[bias.lowerBound &+ row] + dot(parameters.extracting(weightRow(row)), input)
    }
  }

  /// Adds to `gradient` what one example contributes.
  ///
  /// - Parameter outputGradient: the derivatives of the loss by the outputs of this layer.
  func accumulateGradient(
    input: Span<Double>, outputGradient: Span<Double>, into gradient: inout MutableSpan<Double>
  ) {
    for row in 0..<outputCount {
      let derivative = outputGradient[row]
      // A unit that is off has no part in the loss: about half of all rows can be passed over.
      if derivative == 0 { continue }
      gradient[bias.lowerBound &+ row] += derivative
      add(derivative, times: input, to: &gradient, at: weightRow(row))
    }
  }

  /// Computes the derivatives of the loss by the inputs of this layer from those by its outputs.
  func inputGradient(
    parameters: Span<Double>, outputGradient: Span<Double>,
    into inputGradient: inout MutableSpan<Double>
  ) {
    for index in 0..<inputCount {
      inputGradient[index] = 0
    }
    for row in 0..<outputCount {
      let derivative = outputGradient[row]
      if derivative == 0 { continue }
      add(
        derivative, times: parameters.extracting(weightRow(row)),
        to: &inputGradient, at: 0..<inputCount)
    }
  }

  /// Where the weights of one output lie.
  private func weightRow(_ row: Int) -> Range<Int> {
    let start = weights.lowerBound &+ row &* inputCount
    return start..<(start &+ inputCount)
  }

  /// The inner product of two vectors of `inputCount` numbers.
  private func dot(_ left: Span<Double>, _ right: Span<Double>) -> Double {
    let count = inputCount
    precondition(left.count >= count && right.count >= count)
    // Independent partial sums: additions need not wait for each other.
    var first = 0.0
    var second = 0.0
    var third = 0.0
    var fourth = 0.0
    var index = 0
    while index &+ 4 <= count {
      first += left[index] * right[index]
      second += left[index &+ 1] * right[index &+ 1]
      third += left[index &+ 2] * right[index &+ 2]
      fourth += left[index &+ 3] * right[index &+ 3]
      index &+= 4
    }
    while index < count {
      first += left[index] * right[index]
      index &+= 1
    }
    return (first + second) + (third + fourth)
  }

  /// Adds a multiple of `source` to `inputCount` numbers of `target`.
  private func add(
    _ factor: Double, times source: Span<Double>,
    to target: inout MutableSpan<Double>, at range: Range<Int>
  ) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= target.count && source.count >= range.count)
    let start = range.lowerBound
    for index in 0..<range.count {
      target[start &+ index] += factor * source[index]
    }
  }
}
