import FLMath
import SecAgg

/// Whether a secure session releases what the audit looks at: the sum, modulo a power of two, of the
/// clients' words.
enum SessionCheck {
  /// Runs a session over the words of clients, one of which has the canary.
  ///
  /// - Returns: whether the words that the session released are the sum of the words, and both decode to
  ///   the same numbers.
  static func holds(
    _ release: DistributedRelease, clients: Int, using generator: inout SimulationGenerator
  ) async throws -> Bool {
    let mechanism = try release.mechanism.rotating(by: generator.next())
    let bits = mechanism.parameters.choice.bits
    let words = try ModularWords(bits: bits)
    let layout = try VectorLayout(
      elementCount: mechanism.parameters.paddedDimension,
      lanes: LaneLayout(minimumValueBits: bits, maximumContributors: clients))
    let nothing = [Double](repeating: 0, count: release.canary.count)
    var sum = [UInt64](repeating: 0, count: layout.elementCount)
    var inputs: [PackedVector] = []
    for client in 0..<clients {
      let encoded = try mechanism.encode(
        client == 0 ? release.canary : nothing, using: &generator)
      try words.add(encoded, to: &sum)
      inputs.append(try PackedVector(encoded, layout: layout))
    }
    let session = try await SecureSum.run(
      inputs, layout: layout, minimumContributors: clients,
      context: SessionParameters.applicationContext(of: Array("privacy audit".utf8)))
    let modulus = UInt64(1) << UInt64(bits)
    let released = try session.released().sums.unsigned?.map { $0 % modulus }
    guard let released, session.sumsEqual == true, released == sum else { return false }
    return try mechanism.decode(sum: released) == mechanism.decode(sum: sum)
  }
}
