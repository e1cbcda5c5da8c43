import Testing

@testable import FLMath

/// A bound that is smaller than the divergence itself claims privacy that is not there. The references are
/// mpmath's, in `dp_exact_renyi.json`.
@Suite("Renyi bounds never understate")
struct RenyiSafetyTests {
  private func divergences(
    _ event: PrivacyEvent, orders: [Double], _ fractionalOrders: FractionalOrders
  ) throws -> [Double] {
    var accountant = try RenyiAccountant(
      relation: event.relation, orders: orders, fractionalOrders: fractionalOrders)
    try accountant.compose(event)
    return accountant.divergences
  }

  @Test(
    "Poisson sampling at orders from 1 + 2^-52 to 2^20, q from 10^-300 and noise from 0.04 to 2^40",
    arguments: [FractionalOrders.exact, .magnitudes])
  func poisson(fractionalOrders: FractionalOrders) throws {
    let rows = try ReferenceValues.file("dp_exact_renyi").list("poisson")
    #expect(rows.count >= 50)
    for row in rows {
      let orders = try row.numbers("orders")
      let event = try PrivacyEvent(
        .gaussian(noiseMultiplier: row.number("z")), relation: .addOrRemove,
        sampling: .poisson(probability: row.number("q")), repetitions: 1)
      let found = try divergences(event, orders: orders, fractionalOrders)
      for (index, expected) in try row.numbers("divergences").enumerated() {
        #expect(found[index] >= expected, "order \(orders[index]), \(row)")
        #expect(found[index] > 0, "order \(orders[index]), \(row)")
        if fractionalOrders == .exact {
          // As tight as it is safe; 2^-1000 is where Double ends.
          #expect(
            found[index] <= expected * (1 + 1e-8) + 0x1p-1000, "order \(orders[index]), \(row)")
        }
      }
    }
  }

  @Test("Samples without replacement, at orders from 1 + 10^-14 on")
  func withoutReplacement() throws {
    for row in try ReferenceValues.file("dp_exact_renyi").list("without_replacement") {
      let orders = try row.numbers("orders")
      let event = try PrivacyEvent(
        .gaussian(noiseMultiplier: row.number("z")), relation: .replace,
        sampling: .withoutReplacement(
          sampleSize: row.int("sample_size"), population: row.int("population")),
        repetitions: 1)
      let found = try divergences(event, orders: orders, .magnitudes)
      for (index, expected) in try row.numbers("divergences").enumerated() {
        #expect(found[index] >= expected, "order \(orders[index]), \(row)")
        #expect(found[index] <= expected * (1 + 1e-10), "order \(orders[index]), \(row)")
      }
    }
  }

  /// The truth is from 0.00973 to 0.00980.
  @Test("An order of 1 + 10^-14 among the orders does not make epsilon 0")
  func orderNearOne() throws {
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .addOrRemove,
      sampling: .poisson(probability: 0.00105), repetitions: 1)
    for order in [(1.0).nextUp, 1 + 1e-14, 1 + 1e-12, 1 + 1e-9] {
      for fractionalOrders in [FractionalOrders.exact, .magnitudes] {
        var accountant = try RenyiAccountant(
          relation: .addOrRemove, orders: [order] + RenyiAccountant.defaultOrders,
          fractionalOrders: fractionalOrders)
        try accountant.compose(event)
        #expect(try accountant.epsilon(delta: 1e-5) > 0.0098)
      }
    }
  }

  /// The mean of both directions' total variation distance is about q / (z sqrt(2 pi)).
  @Test("A divergence below 10^-16 has a delta", arguments: [1e-9, 1e-12, 1e-100])
  func tinyDivergence(probability: Double) throws {
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .addOrRemove,
      sampling: .poisson(probability: probability), repetitions: 1)
    var accountant = try RenyiAccountant(relation: .addOrRemove)
    try accountant.compose(event)
    #expect(try accountant.delta(epsilon: 0) >= 0.38 * probability)
    #expect(try accountant.delta(epsilon: .infinity) == 0)
  }

  /// Between the ends of a wide range of terms, the mass is around q times the order.
  @Test("A large order that is not whole is between its neighbours")
  func largeFractionalOrder() throws {
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 100), relation: .addOrRemove,
      sampling: .poisson(probability: 0.5), repetitions: 1)
    let found = try divergences(event, orders: [5000, 5000.5, 5001], .exact)
    #expect(found[0] < found[1] && found[1] < found[2])
  }

  /// 258 is the largest moment that is taken. Half of it is 16 deviations below the center. mpmath, 2000 digits.
  @Test("High moments of much noise have both of their halves")
  func highMoment() {
    let moments = RatioMoments(noiseMultiplier: 1000, upTo: 257)
    #expect(moments[256] >= -1_184.884_016_809_553_1)
    #expect(moments[256] <= -1_184.884_016_809)
  }
}
