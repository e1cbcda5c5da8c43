public import FLMath

/// Federated averaging whose result is differentially private although no party is trusted with the
/// sum: every client adds a share of the noise, and the secure sum holds nothing else (Kairouz, Liu and
/// Steinke 2021, "The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure
/// Aggregation"; Agarwal, Kairouz and Liu 2021, "The Skellam Mechanism for Differentially Private
/// Federated Learning").
///
/// What is protected is what a client with all its examples contributes: under
/// `NeighbouringRelation.zeroOut`, the sum is about as likely if the client's update is 0, and the client
/// adds its noise all the same. So that none counts for more than another, the weight of every client is
/// 1, and the sum is divided by a public number.
///
/// ```swift
/// let averaging = try PrivateFedAvg(settings)
/// // Server, before the round: the ledger.
/// try ledger.spend(averaging.event(rounds: 1), for: round)
/// // Client, within its session: `ParticipationRecord` of FLRecords, which calls `encode(_:in:)`.
/// let vector = try record.encode(delta, by: averaging, of: broadcast, in: session)
/// // Server, after the last round:
/// try engine.apply(averaging.decode(aggregate).mean)
/// ```
///
/// The guarantee is of the aggregate and of everything that is computed from it. Who takes part is not
/// hidden: a client that is removed takes its noise with it, and the variance of the sum tells. So
/// `NeighbouringRelation.addOrRemove` and Poisson samples are rejected.
public struct PrivateFedAvg: VectorEncoder {
  /// What was agreed on.
  public let settings: Settings

  /// The numbers of the noise that follow from the settings.
  public let parameters: DistributedNoiseParameters

  /// The layout of the session's vectors: signed lanes of at least ``Settings/bits`` bits for the
  /// rotated coordinates, whose number is a power of two.
  public let layout: VectorLayout

  /// What the clip bit, 1/2 or -1/2, is multiplied by; `nil` without one.
  let clipBitWeight: Double?

  private let clipping: L2Clipping
  private let mechanism: DistributedNoiseMechanism

  /// Computes scale, noise and lanes.
  ///
  /// - Throws: ``PrivateFedAvgError/parameters(_:)`` or
  ///   ``PrivateFedAvgError/expectedContributors(found:atMost:)`` if a setting is out of its range or
  ///   the settings do not go together: too few bits for the cohort, nobody sure to be honest.
  /// - Complexity: O(min(standard deviation, 2^10)) for the tables of the noise.
  public init(_ settings: Settings) throws(PrivateFedAvgError) {
    guard (1...max(1, settings.cohortSize)).contains(settings.expectedContributors) else {
      throw .expectedContributors(
        found: settings.expectedContributors, atMost: settings.cohortSize)
    }
    self.settings = settings
    do throws(FLMathError) {
      clipBitWeight = try settings.clipBitWeight()
      parameters = try DistributedNoiseParameters(settings.choice(clipBitWeight: clipBitWeight))
      mechanism = try DistributedNoiseMechanism(parameters, seed: 0)
      _ = try parameters.event(
        relation: settings.relation, sampling: settings.sampling, rounds: 1)
      clipping = try settings.clipping()
    } catch {
      throw .parameters(error)
    }
    do {
      layout = try VectorLayout(
        elementCount: parameters.paddedDimension,
        lanes: SignedLanes(
          minimumBits: settings.bits, maximumContributors: settings.cohortSize))
    } catch {
      // All that lanes and vectors could refuse has been refused by now.
      throw .parameters(.privacy(.outOfRange(.bits, found: Double(settings.bits))))
    }
  }

  /// What rounds with these settings cost, for a ledger and for accountants of the relation
  /// ``Settings/relation``.
  ///
  /// - Throws: ``PrivateFedAvgError/parameters(_:)`` unless there is at least one round.
  public func event(rounds: Int) throws(PrivateFedAvgError) -> PrivacyEvent {
    do throws(FLMathError) {
      return try parameters.event(
        relation: settings.relation, sampling: settings.sampling, rounds: rounds)
    } catch {
      throw .parameters(error)
    }
  }

  /// A client's update, clipped, rotated, rounded and with its share of the noise, as the vector of its
  /// session. Roundings and noise come from libsodium.
  ///
  /// Call it once for a round: two encodings of one update have independent noise, and their mean has
  /// less. `ParticipationRecord.encode` sees to that. That the session is for the client's own model is checked by
  /// its ``ClientPolicy``.
  ///
  /// - Parameters:
  ///   - delta: local model minus global model.
  ///   - session: the parameters that the server sent.
  /// - Throws: ``PrivateFedAvgError`` if the session is less private than the settings, or the update has another
  ///   length or is not finite. Nothing has been drawn then.
  /// - Complexity: O(d log d) for d parameters, padded to a power of two; working memory of four
  ///   copies.
  public func encode(
    _ delta: [Double], in session: SessionParameters
  ) throws(PrivateFedAvgError) -> PackedVector {
    try check(session)
    var generator = SecureGenerator()
    return try encode(delta, session: session.digest, using: &generator)
  }

  /// What a participant without an update contributes: its share of the noise alone, with an update of 0
  /// and a clip bit of 0. The other clients' guarantee counts on it.
  ///
  /// Parameters, errors and complexity are those of ``encode(_:in:)``.
  public func encodeNoise(
    in session: SessionParameters
  ) throws(PrivateFedAvgError) -> PackedVector {
    try check(session)
    var generator = SecureGenerator()
    let nothing = [Double](repeating: 0, count: parameters.choice.dimension)
    return try encode(joined: nothing, session: session.digest, using: &generator)
  }

  /// Rejects a session whose sums may have less noise than was accounted for.
  private func check(
    _ session: SessionParameters
  ) throws(PrivateFedAvgError) {
    guard session.layout == layout else { throw .sessionLayout }
    guard session.cohortSize <= settings.cohortSize else {
      throw .cohortSize(found: session.cohortSize, atMost: settings.cohortSize)
    }
    guard session.minimumContributors >= settings.minimumContributors else {
      throw .minimumContributors(
        found: session.minimumContributors, atLeast: settings.minimumContributors)
    }
  }

  /// Encodes with roundings and noise of a generator, without a look at the session.
  func encode(
    _ delta: [Double], session: Digest, using generator: inout some RandomNumberGenerator
  ) throws(PrivateFedAvgError) -> PackedVector {
    guard delta.count == settings.parameterCount else {
      throw .updateLength(found: delta.count, expected: settings.parameterCount)
    }
    var vector = delta
    do throws(FLMathError) {
      let factor = try clipping.clip(&vector)
      if let clipBitWeight {
        // The factor is 1 or less; the sign of the difference becomes that of the bit, without a branch.
        vector.append(Double(signOf: factor - 1, magnitudeOf: clipBitWeight / 2))
      }
    } catch {
      throw .clipping(error)
    }
    return try encode(joined: vector, session: session, using: &generator)
  }

  /// Encodes a clipped update together with its clip bit, if there is one.
  private func encode(
    joined vector: [Double], session: Digest, using generator: inout some RandomNumberGenerator
  ) throws(PrivateFedAvgError) -> PackedVector {
    do throws(FLMathError) {
      let numbers = try mechanism.rotating(by: Self.rotationSeed(of: session))
        .integers(of: vector, using: &generator)
      return PackedVector(unbounded: numbers, layout: layout)
    } catch {
      throw .parameters(error)
    }
  }

  /// The noisy mean of the contributors' updates, without noise of the server's.
  ///
  /// - Throws: as ``decode(_:toppingUpNoise:)``.
  public func decode(
    _ aggregate: UnmaskedAggregate
  ) throws(PrivateFedAvgError) -> PrivateMean { try decode(aggregate, toppingUpNoise: false) }

  /// The noisy mean of the contributors' updates.
  ///
  /// A coordinate of the rotated sum wraps around, and the mean is wrong, with the probability
  /// ``Settings/wrapProbability`` at most if all of the cohort contribute.
  ///
  /// - Parameter toppingUpNoise: whether the server adds the shares of the clients of the cohort that did not
  ///   contribute, from libsodium. Then the noise of what is published does not depend on how many
  ///   contributed, and does not tell it. This hides nothing from the server, which knows what it added, and
  ///   does not change the event.
  /// - Throws: ``PrivateFedAvgError/aggregateLayout``, ``PrivateFedAvgError/contributors(found:atLeast:)``
  ///   for an aggregate of a session with other settings.
  /// - Complexity: O(d log d), and O(d) for each share that is added.
  public func decode(
    _ aggregate: UnmaskedAggregate, toppingUpNoise: Bool
  ) throws(PrivateFedAvgError) -> PrivateMean {
    guard aggregate.layout == layout, var sums = aggregate.sums.signed else {
      throw .aggregateLayout
    }
    guard aggregate.contributors.count >= settings.minimumContributors else {
      throw .contributors(
        found: aggregate.contributors.count, atLeast: settings.minimumContributors)
    }
    if toppingUpNoise {
      var generator = SecureGenerator()
      let missing = max(0, settings.cohortSize - aggregate.contributors.count)
      mechanism.addShares(missing, to: &sums, using: &generator)
    }
    return try decode(
      sums: sums, session: aggregate.session, contributors: aggregate.contributors)
  }

  /// Decodes sums of encoded elements, wherever they come from.
  func decode(
    sums: [Int64], session: Digest, contributors: [ClientID]
  ) throws(PrivateFedAvgError) -> PrivateMean {
    var sum: [Double]
    do throws(FLMathError) {
      sum = try mechanism.rotating(by: Self.rotationSeed(of: session)).sum(ofIntegers: sums)
    } catch {
      throw .parameters(error)
    }
    let clipBitSum = clipBitWeight.map { sum.removeLast() / $0 }
    let denominator = Double(settings.expectedContributors)
    for index in sum.indices { sum[index] /= denominator }
    do throws(FLMathError) {
      let mean = try WeightedMean(
        mean: sum, totalWeight: UInt64(settings.expectedContributors),
        contributors: contributors.map(\.rawValue))
      return PrivateMean(mean: mean, clipBitSum: clipBitSum)
    } catch {
      throw .mean(error)
    }
  }

  /// The seed of a session's rotation: all participants know it, and it is another one for every
  /// session.
  static func rotationSeed(of session: Digest) -> UInt64 {
    Hashing.digest(.rotation) { $0.write(session) }.words.0
  }
}

/// What a private round gives.
public struct PrivateMean: Sendable, Hashable {
  /// The noisy sum of the updates divided by ``PrivateFedAvg/Settings/expectedContributors``, which is
  /// its total weight: a public number, however many contributed. Any `FederatedAlgorithm` takes it.
  public let mean: WeightedMean

  /// The noisy sum of the clip bits, 1/2 for every update that was within the bound and -1/2 for every
  /// other, for `AdaptiveClipping.update(noisySum:clients:)`; `nil` without clip bits.
  public let clipBitSum: Double?
}

/// Why a private average cannot be set up, or an update not be encoded, or an aggregate not be decoded.
public enum PrivateFedAvgError: Error, Hashable, Sendable {
  /// A setting is out of its range, or the settings do not go together.
  case parameters(FLMathError)
  /// The number that the sum is divided by is not from 1 to the size of the cohort.
  case expectedContributors(found: Int, atMost: Int)
  /// The session's vectors are not laid out for these settings.
  case sessionLayout
  /// The session has more clients than were assumed, and so perhaps more corrupt ones.
  case cohortSize(found: Int, atMost: Int)
  /// The session releases sums of fewer contributors, with less noise, than was assumed.
  case minimumContributors(found: Int, atLeast: Int)
  /// The update has another number of parameters than the model.
  case updateLength(found: Int, expected: Int)
  /// The update is not finite.
  case clipping(FLMathError)
  /// The aggregate was made with another layout.
  case aggregateLayout
  /// The aggregate has fewer contributors, and less noise, than was assumed.
  case contributors(found: Int, atLeast: Int)
  /// The decoded mean is not one that a federated algorithm accepts.
  case mean(FLMathError)
}

extension PrivateFedAvgError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .parameters(let error): "\(error)"
    case .expectedContributors(let found, let atMost):
      "the sum is divided by a number of clients from 1 to the cohort's \(atMost), found \(found)"
    case .sessionLayout:
      "the session has another layout than the private average; do not take part"
    case .cohortSize(let found, let atMost):
      "the session has a cohort of up to \(found), the noise is computed for at most \(atMost); "
        + "do not take part"
    case .minimumContributors(let found, let atLeast):
      "the session releases sums of \(found) contributors, the noise is computed for at least "
        + "\(atLeast); do not take part"
    case .updateLength(let found, let expected):
      "the update has \(found) parameters, the model \(expected)"
    case .clipping(let error): "\(error)"
    case .aggregateLayout:
      "the aggregate has another layout; decode it with the settings that it was encoded with"
    case .contributors(let found, let atLeast):
      "the aggregate has \(found) contributors, the noise is computed for at least \(atLeast); "
        + "discard it"
    case .mean(let error): "\(error)"
    }
  }
}
