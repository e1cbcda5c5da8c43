public import FLMath

/// One bucket of clients, whose sum is a secure session of its own: the session's parameters, what its
/// clients send, and the mean that comes of the sum.
///
/// A session has three parties at least. Where there are two clients, the coordinator adds a party of
/// its own, a filler, that contributes nothing (``encodeFiller()``). It learns what the server
/// learns, the sum of two; each of them is hidden by the other. How many fillers there are is bound
/// into the clients' masks.
public struct SecureBucket: Sendable, Hashable {
  /// The number of clients; they have the ids from 1 on in the session.
  public let clients: Int
  /// The number of parties of the coordinator's that contribute nothing; they have the ids behind.
  public let fillers: Int
  /// The least number of clients whose sum may be seen.
  public let privacyFloor: Int

  /// All clients weigh 1, fillers nothing.
  private let secure: SecureFedAvg

  init(clients: Int, of settings: SecureBuckets) throws(SecureRobustnessError) {
    self.clients = clients
    fillers = max(0, 3 - clients)
    privacyFloor = settings.privacyFloor
    do {
      secure = try SecureFedAvg(
        parameterCount: settings.parameterCount, clippingBound: settings.clippingBound,
        normBound: settings.normBound, maximumWeight: 1, maximumContributors: clients + fillers,
        minimumValueBits: settings.minimumValueBits)
    } catch {
      throw .encoding(error)
    }
  }

  /// The number of parties of the session.
  public var parties: Int { clients + fillers }

  /// The layout of the session's vectors.
  public var layout: VectorLayout { secure.layout }

  /// The difference of two neighbouring values of a coordinate.
  public var step: Double { secure.codec.step }

  /// The policy of a client in the bucket's session: as many contributors as hide it among
  /// `privacyFloor` clients, fillers not counted.
  ///
  /// - Parameter context: the context that the client itself computed by
  ///   ``applicationContext(model:round:index:task:)``.
  public func policy(expecting context: Digest) -> ClientPolicy {
    ClientPolicy(
      applicationContext: context, minimumCohortSize: parties,
      minimumContributors: privacyFloor + fillers)
  }

  /// The application context of the bucket's session: these settings, the fillers, the bucket, the
  /// round and the model. A client computes it itself and expects it in its policy.
  ///
  /// - Parameter index: the bucket's place in the plan, from 0.
  /// - Complexity: O(parameters).
  public func applicationContext(
    model: ParameterVector, round: Int, index: Int, task: String
  ) -> Digest {
    var writer = ByteWriter()
    writer.write(secure.applicationContext(model: model, round: round, task: task))
    writer.write(string: "bucket")
    writer.write(count: index)
    writer.write(count: clients)
    writer.write(count: fillers)
    writer.write(count: privacyFloor)
    return SessionParameters.applicationContext(of: writer.bytes)
  }

  /// The parameters of the bucket's session: the complete graph, a majority of shares, and no sum of
  /// fewer clients than the floor. Clients beyond it may leave, as long as of every one's
  /// neighbours more than half answer in the end: none of three parties, one of four or five.
  ///
  /// - Throws: `SecureRobustnessError.session` if this processor does not have the cipher.
  public func parameters(
    context: Digest, threatModel: ThreatModel = .semiHonest, maskCipher: MaskCipher = .chacha20
  ) throws(SecureRobustnessError) -> SessionParameters {
    do {
      return try SessionParameters(
        threatModel: threatModel, cohortSize: parties, threshold: (parties - 1) / 2 + 1,
        layout: layout, minimumContributors: privacyFloor + fillers, maskCipher: maskCipher,
        applicationContext: context)
    } catch {
      throw .session(error)
    }
  }

  /// A client's update as the vector of its session, clipped to the norm bound, then in every
  /// coordinate.
  ///
  /// - Throws: `SecureRobustnessError.encoding` for an update of another length, or numbers that are
  ///   not finite.
  public func encode(_ update: [Double]) throws(SecureRobustnessError) -> PackedVector {
    var generator = SecureGenerator()
    return try encode(update, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(SecureRobustnessError) -> PackedVector {
    try encode(update, weight: 1, using: &generator)
  }

  /// What a filler sends: zeros of weight 0.
  public func encodeFiller() throws(SecureRobustnessError) -> PackedVector {
    var generator = SecureGenerator()
    return try encodeFiller(using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encodeFiller(
    using generator: inout some RandomNumberGenerator
  ) throws(SecureRobustnessError) -> PackedVector {
    try encode(
      [Double](repeating: 0, count: secure.parameterCount), weight: 0, using: &generator)
  }

  private func encode(
    _ update: [Double], weight: UInt64, using generator: inout some RandomNumberGenerator
  ) throws(SecureRobustnessError) -> PackedVector {
    do {
      return try secure.encode(ClientUpdate(delta: update, weight: weight), using: &generator)
    } catch {
      throw .encoding(error)
    }
  }

  /// The mean of the clients in a sum.
  ///
  /// - Throws: `SecureRobustnessError`: `.tooFewClients` below the floor; `.weights`, `.beyondBound`
  ///   and `.encoding` for a sum that no honest clients can have made, or one of another session.
  public func mean(of aggregate: UnmaskedAggregate) throws(SecureRobustnessError) -> [Double] {
    let members = members(of: aggregate)
    guard members.count >= privacyFloor else {
      throw .tooFewClients(floor: privacyFloor, found: members.count)
    }
    let mean: WeightedMean
    do {
      mean = try secure.decode(aggregate)
    } catch {
      throw .encoding(error)
    }
    guard mean.totalWeight == UInt64(members.count) else {
      throw .weights(expected: UInt64(members.count), found: mean.totalWeight)
    }
    // A filler's zeros are rounded by nothing, but a sum with fillers has room for more than its
    // clients may use.
    let bound = secure.clippingBound + step
    for value in mean.mean where value.magnitude > bound {
      throw .beyondBound(secure.clippingBound)
    }
    return mean.mean
  }

  /// The clients in a sum, counted from 0 within the bucket.
  func members(of aggregate: UnmaskedAggregate) -> [Int] {
    aggregate.contributors.map { Int($0.rawValue) - 1 }.filter { $0 < clients }
  }
}
