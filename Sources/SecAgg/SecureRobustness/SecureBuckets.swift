public import FLMath

/// Robust aggregation under secure aggregation: clients are dealt out into random buckets
/// (`BucketPlan`), each bucket is a secure session of its own, and a robust rule runs over the means of
/// buckets, which are all that is ever decoded (Karimireddy, He and Jaggi 2022, "Byzantine-Robust
/// Learning on Heterogeneous Datasets via Bucketing").
///
/// ```swift
/// let robust = try SecureBuckets(parameterCount: 650, clippingBound: 0.5, privacyFloor: 3)
/// // Server, in each round:
/// let plan = try BucketPlan(
///   clients: 100, attackers: 10, bucketSize: 4, privacyFloor: robust.privacyFloor, using: &secret)
/// let buckets = try robust.buckets(of: plan)
/// // One session for each bucket, with `bucket.parameters(...)`; in it each client sends
/// let vector = try bucket.encode(update)
/// // Server, after the last session; nil where one ended without a sum:
/// let step = try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 10))
/// ```
///
/// What an attacker can do is spoil the mean of its own bucket. All clients count alike. A bucket whose
/// sum no honest clients can have made counts as one of the rule's attackers, and one whose session
/// ended without a sum is missing; a rule that would be left with too few buckets refuses.
///
/// A client is hidden by the others of its bucket only. The server deals out the buckets, so a server
/// that breaks the rules can choose a client's company: the floor is what remains.
public struct SecureBuckets: Sendable, Hashable {
  /// The number of parameters of the model.
  public let parameterCount: Int
  /// The largest magnitude of one coordinate of an update, and of a bucket's mean, whoever encodes.
  public let clippingBound: Double
  /// The largest Euclidean norm of an honest client's update, if it is bounded as well.
  public let normBound: Double?
  /// The least number of clients whose sum may be seen.
  public let privacyFloor: Int
  /// The least precision of one coordinate.
  public let minimumValueBits: Int

  /// Settings of one training. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - parameterCount: the number of parameters of the model.
  ///   - clippingBound: bound of each coordinate of an update, in units of the model.
  ///   - normBound: bound of the update's Euclidean norm, to which clients clip; `nil` for none.
  ///   - privacyFloor: the least number of clients whose sum may be seen, at least 2.
  ///   - minimumValueBits: the least precision of one coordinate; bits that lanes leave over are used
  ///     as well.
  /// - Throws: `SecureRobustnessError`.
  public init(
    parameterCount: Int, clippingBound: Double, normBound: Double? = nil, privacyFloor: Int,
    minimumValueBits: Int = 16
  ) throws(SecureRobustnessError) {
    guard privacyFloor >= 2 else { throw .privacyFloor(found: privacyFloor) }
    self.parameterCount = parameterCount
    self.clippingBound = clippingBound
    self.normBound = normBound
    self.privacyFloor = privacyFloor
    self.minimumValueBits = minimumValueBits
    // What is wrong with a bound shows in any bucket.
    _ = try bucket(clients: privacyFloor)
  }

  /// A bucket of so many clients, as its clients and the server see it.
  ///
  /// - Throws: `SecureRobustnessError.belowPrivacyFloor(floor:found:)` for fewer than the floor;
  ///   `.encoding` if there is no code for so many.
  public func bucket(clients: Int) throws(SecureRobustnessError) -> SecureBucket {
    guard clients >= privacyFloor else {
      throw .belowPrivacyFloor(floor: privacyFloor, found: clients)
    }
    return try SecureBucket(clients: clients, of: self)
  }

  /// The buckets of a plan, in its order. The client with the id i of a bucket's session is the i-th
  /// of `plan.buckets[...]`, counted from 1.
  ///
  /// - Throws: `SecureRobustnessError.belowPrivacyFloor(floor:found:)` if the plan was made with a
  ///   lower floor; `.encoding` if there is no code for so many clients.
  public func buckets(of plan: BucketPlan) throws(SecureRobustnessError) -> [SecureBucket] {
    var buckets: [SecureBucket] = []
    for members in plan.buckets { buckets.append(try bucket(clients: members.count)) }
    return buckets
  }

  /// The robust rule over the means of a plan's buckets.
  ///
  /// - Parameters:
  ///   - sums: what the sessions of the buckets released, in the order of the plan; `nil` for nothing.
  ///   - rule: a rule that withstands as many spoilt buckets as are to be expected, such as
  ///     `plan.spoiltBuckets(exceededWithProbability: 0.001)`.
  /// - Throws: `SecureRobustnessError`: `.rule` if too few buckets are left for the rule, or more are
  ///   spoilt than it withstands. The model should then stay as it is.
  public func aggregate(
    _ sums: [UnmaskedAggregate?], of plan: BucketPlan, by rule: some RobustAggregationRule
  ) throws(SecureRobustnessError) -> RobustBucketMean {
    let buckets = try buckets(of: plan)
    guard sums.count == buckets.count else {
      throw .sumCount(expected: buckets.count, found: sums.count)
    }
    var rows: [[Double]] = []
    var spoilt: [Int] = []
    var missing: [Int] = []
    var contributors: [Int] = []
    for (index, sum) in sums.enumerated() {
      guard let sum else {
        missing.append(index)
        continue
      }
      contributors += buckets[index].members(of: sum).map { plan.buckets[index][$0] }
      do throws(SecureRobustnessError) {
        rows.append(try buckets[index].mean(of: sum))
      } catch {
        guard error.isDishonesty else { throw error }
        spoilt.append(index)
        // What is no number counts as one of the rule's attackers.
        rows.append([Double](repeating: .nan, count: parameterCount))
      }
    }
    guard let matrix = try? UpdateMatrix(rows) else { throw .noSums }
    do {
      return RobustBucketMean(
        vector: try rule.aggregate(matrix).vector, contributors: contributors.sorted(),
        missingBuckets: missing, spoiltBuckets: spoilt)
    } catch {
      throw .rule(error)
    }
  }
}

/// What a robust rule made of the means of a round's buckets.
public struct RobustBucketMean: Sendable, Hashable {
  /// One finite number per parameter.
  public let vector: [Double]
  /// The clients whose updates are in a released sum, by their positions in the plan, ascending.
  public let contributors: [Int]
  /// The buckets whose sessions ended without a sum.
  public let missingBuckets: [Int]
  /// The buckets whose sums no honest clients can have made; each has an attacker.
  public let spoiltBuckets: [Int]
}

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
    writer.write(secure.applicationContext(of: Broadcast(model: model, round: round), task: task))
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

/// Why robust aggregation by secure sums refuses.
public enum SecureRobustnessError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The privacy floor is below 2: the sum of one client is its update.
  case privacyFloor(found: Int)
  /// A bucket has fewer clients than the sum of which may be seen.
  case belowPrivacyFloor(floor: Int, found: Int)
  /// A sum has fewer clients in it than may be seen.
  case tooFewClients(floor: Int, found: Int)
  /// There is not one sum, or none, for each bucket of the plan.
  case sumCount(expected: Int, found: Int)
  /// No session released a sum.
  case noSums
  /// The clients' weights do not add up, so one of them did not send what it should.
  case weights(expected: UInt64, found: UInt64)
  /// The mean is beyond what clients may send, so one of them did not clip.
  case beyondBound(Double)
  /// The sums of a step towards the geometric median are not of clients who followed it.
  case impossibleStep
  /// The robust rule refuses the means that are left.
  case rule(FLMathError)
  /// Encoding or decoding failed.
  case encoding(SecureFedAvgError)
  /// There is no such session.
  case session(SessionParametersError)

  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .privacyFloor(let found):
      "expected a privacy floor of at least 2 clients, found \(found); the sum of one is its update"
    case .belowPrivacyFloor(let floor, let found):
      "expected buckets of at least \(floor) clients, the privacy floor, found \(found); make the "
        + "plan with the same floor"
    case .tooFewClients(let floor, let found):
      "expected at least \(floor) clients in a sum, found \(found); discard it"
    case .sumCount(let expected, let found):
      "expected a sum, or nil, for each of \(expected) buckets, found \(found); pass them in the "
        + "order of the plan"
    case .noSums:
      "expected the sum of some bucket, found none; leave the model as it is"
    case .weights(let expected, let found):
      "expected clients of weight 1, \(expected) together, found \(found); one of them lied: leave "
        + "the bucket out"
    case .beyondBound(let bound):
      "expected a mean within \(bound) in every coordinate, found more; a client did not clip: leave "
        + "the bucket out"
    case .impossibleStep:
      "expected sums that clients can have made who followed the step, found others; leave the model "
        + "as it is"
    case .rule(let error): error.description
    case .encoding(let error): error.description
    case .session(let error): error.description
    }
  }

  /// Whether no honest clients make such a sum.
  var isDishonesty: Bool {
    switch self {
    case .weights, .beyondBound, .encoding(.fixedPoint), .encoding(.totalWeight), .encoding(.mean):
      true
    default: false
    }
  }
}
