package import SecAgg

/// One secure session over given vectors, with its cost and a check of its sum.
package struct SecureSum {
  /// The session.
  package let parameters: SessionParameters
  /// The aggregate; nil if too many clients had dropped out.
  package let aggregate: UnmaskedAggregate?
  /// Why there is no sum.
  package let refusal: String?
  /// Whether the secure sum equals the plaintext sum of the same integers; nil without a sum.
  package let sumsEqual: Bool?
  /// Bytes that all clients sent.
  package let bytesUp: Int
  /// Bytes that all clients received.
  package let bytesDown: Int

  /// Runs a session of the clients 1, 2, ..., one for each of `inputs`.
  ///
  /// - Parameter leaving: the clients that drop out, and when.
  /// - Throws: errors of clients. Too many dropouts are not an error.
  package static func run(
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
  ///   - minimumContributors: the smallest number of vectors in a released sum.
  ///   - graph: neighbours and threshold; by default the complete graph with a majority of it.
  ///   - context: what the clients bind their masks to.
  /// - Throws: whatever makes such a session impossible.
  package static func run(
    _ inputs: [PackedVector], layout: VectorLayout, minimumContributors: Int,
    graph: GraphParameters? = nil, leaving: [ClientID: LeavingPoint] = [:], context: Digest
  ) async throws -> SecureSum {
    let graph = graph ?? .complete(clients: inputs.count)
    let parameters = try SessionParameters(
      cohortSize: inputs.count, degree: graph.degree, threshold: graph.threshold, layout: layout,
      minimumContributors: minimumContributors, maskCipher: .fastestHere,
      applicationContext: context)
    return try await run(inputs, in: parameters, expecting: context, leaving: leaving)
  }
}

extension SecureSum {
  /// The aggregate.
  ///
  /// - Throws: `NoSum` if none was released.
  package func released() throws -> UnmaskedAggregate {
    guard let aggregate else { throw NoSum(description: refusal ?? "no sum was released") }
    return aggregate
  }

  /// The session ended without a sum.
  package struct NoSum: Error, CustomStringConvertible {
    package let description: String
  }
}

/// Compares a secure sum with the sum of the clients' vectors in the clear. Only a simulation can do that.
package enum PlaintextSum {
  /// Whether the sums are equal. Signed lanes may wrap around; then both must have.
  package static func equals(
    _ aggregate: UnmaskedAggregate, vectors: (ClientID) throws -> PackedVector
  ) rethrows -> Bool {
    switch aggregate.sums {
    case .unsigned(let sums):
      var plaintext = [UInt64](repeating: 0, count: sums.count)
      for id in aggregate.contributors {
        guard let elements = try vectors(id).elements.unsigned else { return false }
        for index in plaintext.indices { plaintext[index] += elements[index] }
      }
      return plaintext == sums
    case .signed(let sums):
      var plaintext = [Int64](repeating: 0, count: sums.count)
      for id in aggregate.contributors {
        guard let elements = try vectors(id).elements.signed else { return false }
        for index in plaintext.indices { plaintext[index] += elements[index] }
      }
      let lanes = aggregate.layout.lanes
      return words(of: plaintext, in: lanes) == words(of: sums, in: lanes)
    }
  }

  /// Numbers of either sign as the lanes of words, where a number that is too large for its lane moves
  /// the next.
  private static func words(of elements: [Int64], in lanes: ElementLanes) -> [UInt64] {
    let used = UInt64.max >> UInt64(UInt64.bitWidth - lanes.laneBits * lanes.lanesPerWord)
    return stride(from: 0, to: elements.count, by: lanes.lanesPerWord).map { first in
      var word: UInt64 = 0
      for lane in 0..<min(lanes.lanesPerWord, elements.count - first) {
        word &+= UInt64(bitPattern: elements[first + lane]) << UInt64(lane * lanes.laneBits)
      }
      return word & used
    }
  }
}

extension MaskCipher {
  /// The fastest cipher of this processor.
  package static var fastestHere: MaskCipher { fastest(of: available) ?? .chacha20 }
}
