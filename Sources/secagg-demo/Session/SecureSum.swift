import SecAgg

/// One secure session over vectors that are there already, with what it cost and whether the sum is
/// right.
struct SecureSum {
  /// The session.
  let parameters: SessionParameters
  /// The aggregate; nil when too many clients had left.
  let aggregate: UnmaskedAggregate?
  /// Why there is no sum.
  let refusal: String?
  /// Whether the secure sum equals the plaintext sum of the same integers; nil without a sum.
  let sumsEqual: Bool?
  /// Bytes that all clients sent.
  let bytesUp: Int
  /// Bytes that all clients received.
  let bytesDown: Int

  /// Runs a session of the clients 1, 2, ..., one for each of `inputs`.
  ///
  /// - Parameter leaving: the clients that leave on the way.
  /// - Throws: errors of clients. That too few were left is none.
  static func run(
    _ inputs: [PackedVector], in parameters: SessionParameters, expecting context: Digest,
    leaving: [ClientID: LeavingPoint] = [:]
  ) async throws -> SecureSum {
    // Identities are for the malicious model, which these sessions are not in.
    let identities = try SimulatedIdentities(seed: 0, for: parameters)
    var server = LocalServer(parameters: parameters, identities: identities)
    let run = SessionRun(
      parameters: parameters, expecting: context, identities: identities, leaving: leaving)
    let report = try await run.run(with: &server) { inputs[Int($0.rawValue) - 1] }
    let equal = server.aggregate.map { aggregate in
      PlaintextSum.equals(aggregate) { inputs[Int($0.rawValue) - 1] }
    }
    return SecureSum(
      parameters: parameters, aggregate: server.aggregate, refusal: report.refusal,
      sumsEqual: equal,
      bytesUp: report.phases.reduce(0) { $0 + $1.bytesUp.values.reduce(0, +) },
      bytesDown: report.phases.reduce(0) { $0 + $1.bytesDown.values.reduce(0, +) })
  }

  /// Runs a session.
  ///
  /// - Parameters:
  ///   - minimumContributors: the least number of vectors whose sum may be seen.
  ///   - graph: neighbours and threshold; by default the complete graph with a majority of it.
  ///   - context: what the clients bind their masks to.
  /// - Throws: whatever makes such a session impossible.
  static func run(
    _ inputs: [PackedVector], layout: VectorLayout, minimumContributors: Int,
    graph: GraphParameters? = nil, leaving: [ClientID: LeavingPoint] = [:], context: Digest
  ) async throws -> SecureSum {
    let graph = graph ?? .complete(clients: inputs.count)
    let parameters = try SessionParameters(
      cohortSize: inputs.count, degree: graph.degree, threshold: graph.threshold, layout: layout,
      minimumContributors: minimumContributors, maskCipher: MaskCipherOption.fastest.maskCipher,
      applicationContext: context)
    return try await run(inputs, in: parameters, expecting: context, leaving: leaving)
  }
}

extension SecureSum {
  /// The aggregate.
  ///
  /// - Throws: `NoSum` if none was released.
  func released() throws -> UnmaskedAggregate {
    guard let aggregate else { throw NoSum(description: refusal ?? "no sum was released") }
    return aggregate
  }

  /// The session ended without a sum.
  struct NoSum: Error, CustomStringConvertible {
    let description: String
  }
}
