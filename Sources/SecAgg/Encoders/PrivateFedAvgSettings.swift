public import FLMath

extension PrivateFedAvg {
  /// What clients and server have agreed on beforehand. All of it enters
  /// ``PrivateFedAvg/applicationContext(of:task:)``.
  public struct Settings: Sendable, Hashable, Codable {
    /// The number of parameters of the model.
    public var parameterCount: Int
    /// The largest Euclidean norm of an update; longer ones are shortened to it.
    public var clippingBound: Double
    /// The distribution of the noise.
    public var noise: DistributedNoiseParameters.Noise
    /// The standard deviation of the noise of those clients that are sure to be honest and in the sum,
    /// in clipping bounds. Where a record is replaced the sum moves by two bounds: the
    /// ``PrivateFedAvg/event(rounds:)`` takes it into account.
    public var noiseMultiplier: Double
    /// The number of bits of a coordinate of the sum, which decides how fine the grid is. What lanes
    /// leave over keeps sums from wrapping.
    public var bits: Int
    /// The largest number of clients of a session. A smaller cohort has fewer corrupt clients.
    public var cohortSize: Int
    /// The least number of contributors of a sum that is released.
    public var minimumContributors: Int
    /// Which part of the cohort may be corrupt: may know, or leave out, its noise.
    public var corruptFraction: Double
    /// What the guarantee compares: `zeroOut` or `replace`.
    public var relation: NeighbouringRelation
    /// How the cohort is chosen: `none`, or without replacement if the minimum of contributors is the
    /// cohort and nobody is corrupt, so that all sums have the same noise.
    public var sampling: SamplingScheme
    /// What the sum is divided by: how many clients will probably contribute. It must not depend on the
    /// round's data.
    public var expectedContributors: Int
    /// The standard deviation of the noise on the sum of clip bits, which travel as one more coordinate
    /// and take some of the noise multiplier; `nil` for no clip bits.
    public var clipBitDeviation: Double?
    /// The probability with which one rounding may miss the norm bound and is repeated.
    public var roundingBias: Double
    /// The probability with which each coordinate of the sum may wrap around if all of the cohort
    /// contribute: of 1,024 coordinates at 10^-4, up to one sum in ten has one that did, which costs
    /// accuracy and no privacy.
    public var wrapProbability: Double

    /// Takes all numbers as they are; ``PrivateFedAvg/init(_:)`` checks them.
    ///
    /// - Parameter expectedContributors: left out, `minimumContributors`.
    public init(
      parameterCount: Int, clippingBound: Double, noise: DistributedNoiseParameters.Noise,
      noiseMultiplier: Double, bits: Int = 16, cohortSize: Int, minimumContributors: Int,
      corruptFraction: Double, relation: NeighbouringRelation, sampling: SamplingScheme,
      expectedContributors: Int? = nil, clipBitDeviation: Double? = nil,
      roundingBias: Double = 0.6065306597126334, wrapProbability: Double = 1e-4
    ) {
      self.parameterCount = parameterCount
      self.clippingBound = clippingBound
      self.noise = noise
      self.noiseMultiplier = noiseMultiplier
      self.bits = bits
      self.cohortSize = cohortSize
      self.minimumContributors = minimumContributors
      self.corruptFraction = corruptFraction
      self.relation = relation
      self.sampling = sampling
      self.expectedContributors = expectedContributors ?? minimumContributors
      self.clipBitDeviation = clipBitDeviation
      self.roundingBias = roundingBias
      self.wrapProbability = wrapProbability
    }
  }
}

extension PrivateFedAvg.Settings {
  /// What the clip bit is multiplied by, so that the noise on the sum of bits has the deviation that was
  /// asked for.
  func clipBitWeight() throws(FLMathError) -> Double? {
    guard let clipBitDeviation else { return nil }
    let updateNoiseMultiplier = try AdaptiveClipping.updateNoiseMultiplier(
      noiseMultiplier: noiseMultiplier, countStandardDeviation: clipBitDeviation)
    return try bound().clipBitWeight(
      updateNoiseMultiplier: updateNoiseMultiplier, countStandardDeviation: clipBitDeviation)
  }

  /// The parameters of the noise on updates with their clip bits.
  func choice(
    clipBitWeight: Double?
  ) throws(FLMathError) -> DistributedNoiseParameters.Choice {
    let honest = try DistributedNoiseParameters.survivingHonest(
      cohort: cohortSize, minimumContributors: minimumContributors,
      corruptFraction: corruptFraction)
    guard parameterCount >= 1, parameterCount < 1 << 30 else {
      throw .privacy(.outOfRange(.dimension, found: Double(parameterCount)))
    }
    return DistributedNoiseParameters.Choice(
      noise: noise, noiseMultiplier: noiseMultiplier,
      clip: try clipBitWeight.map { (weight) throws(FLMathError) in
        try bound().joinedNorm(weight: weight)
      } ?? clippingBound,
      dimension: parameterCount + (clipBitWeight == nil ? 0 : 1), bits: bits,
      contributors: cohortSize, survivingHonest: honest, roundingBias: roundingBias,
      wrapProbability: wrapProbability)
  }

  func clipping() throws(FLMathError) -> L2Clipping {
    try L2Clipping(bound: clippingBound)
  }

  /// The bound as adaptive clipping sees it, which knows how bits and updates share the noise.
  private func bound() throws(FLMathError) -> AdaptiveClipping {
    try AdaptiveClipping(initialBound: clippingBound, quantile: 0.5, learningRate: 1)
  }
}

extension PrivateFedAvg {
  /// What the clients of a session bind their masks to: all settings, the round and the global model
  /// that the updates are differences from.
  ///
  /// The server makes the session with it; every client computes it from the model that it trained.
  ///
  /// Complexity: O(parameters).
  public func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    Hashing.digest(.privateAveraging) { writer in
      writer.write(string: task)
      writer.write(count: broadcast.round)
      settings.write(to: &writer)
      writer.write(broadcast.model)
      if !broadcast.control.isEmpty {
        writer.write(words: broadcast.control.map(\.bitPattern))
      }
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
