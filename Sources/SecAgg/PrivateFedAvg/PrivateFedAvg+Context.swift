public import FLMath

extension PrivateFedAvg {
  /// What the clients of a session bind their masks to: all settings, the round and the global model
  /// that the updates are differences from.
  ///
  /// The server makes the session with it; every client computes it from the model that it trained.
  ///
  /// Complexity: O(parameters).
  public func applicationContext(model: ParameterVector, round: Int, task: String) -> Digest {
    Hashing.digest(.privateAveraging) { writer in
      writer.write(string: task)
      writer.write(count: round)
      settings.write(to: &writer)
      writer.write(model)
    }
  }
}

extension PrivateFedAvg.Settings {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.write(count: parameterCount)
    writer.write(clippingBound)
    switch noise {
    case .discreteGaussian: writer.write(UInt8(1))
    case .skellam: writer.write(UInt8(2))
    }
    writer.write(noiseMultiplier)
    writer.write(count: bits)
    writer.write(count: cohortSize)
    writer.write(count: minimumContributors)
    writer.write(corruptFraction)
    switch relation {
    case .addOrRemove: writer.write(UInt8(1))
    case .replace: writer.write(UInt8(2))
    case .zeroOut: writer.write(UInt8(3))
    }
    switch sampling {
    case .none: writer.write(UInt8(1))
    case .poisson(let probability):
      writer.write(UInt8(2))
      writer.write(probability)
    case .withoutReplacement(let sampleSize, let population):
      writer.write(UInt8(3))
      writer.write(count: sampleSize)
      writer.write(count: population)
    }
    writer.write(count: expectedContributors)
    writer.write(clipBitDeviation ?? .infinity)
    writer.write(roundingBias)
    writer.write(wrapProbability)
  }
}
