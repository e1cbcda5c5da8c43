import FLMath
import Testing

@testable import SecAgg

/// What a client may encode, and how it is clipped.
@Suite("Encoding of secure FedAvg")
struct FedAvgEncodingTests {
  private func refusal(_ secure: SecureFedAvg, _ update: ClientUpdate) -> SecureFedAvgError? {
    var generator = SimulationGenerator(seed: 0)
    do {
      _ = try secure.encode(update, using: &generator)
      return nil
    } catch {
      return error
    }
  }

  private func decoded(_ secure: SecureFedAvg, _ delta: [Double]) throws -> [Double] {
    var generator = SimulationGenerator(seed: 0)
    let vector = try secure.encode(
      ClientUpdate(delta: delta, weight: secure.maximumWeight), using: &generator)
    return try secure.decode(
      sums: vector.elements.unsigned ?? [], contributors: ClientID.all(cohortSize: 1)
    ).mean
  }

  @Test("coordinates are clipped to the bound")
  func coordinateClipping() throws {
    let secure = try SecureFedAvg(
      parameterCount: 6, clippingBound: 0.5, maximumWeight: 8, maximumContributors: 4,
      minimumValueBits: 40)
    let found = try decoded(secure, [0.5, 0.6, 1e300, -0.6, -.greatestFiniteMagnitude, 0])
    for (value, expected) in zip(found, [0.5, 0.5, 0.5, -0.5, -0.5, 0]) {
      #expect(abs(value - expected) <= secure.codec.step)
    }
  }

  @Test("updates are shortened to the norm bound, then clipped")
  func normClipping() throws {
    let secure = try SecureFedAvg(
      parameterCount: 2, clippingBound: 0.7, normBound: 1, maximumWeight: 8,
      maximumContributors: 4, minimumValueBits: 40)
    // 3, 4 becomes 0.6, 0.8 of norm 1, and 0.8 is clipped to 0.7.
    for (delta, expected) in [
      ([3.0, 4.0], [0.6, 0.7]), ([-30.0, 0.0], [-0.7, 0.0]), ([0.5, -0.5], [0.5, -0.5]),
    ] {
      for (value, target) in zip(try decoded(secure, delta), expected) {
        #expect(abs(value - target) <= secure.codec.step)
      }
    }
  }

  @Test("numbers that are not finite are refused", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) throws {
    for normBound in [nil, 0.5] {
      let secure = try SecureFedAvg(
        parameterCount: 4, clippingBound: 1, normBound: normBound, maximumWeight: 8,
        maximumContributors: 4)
      for index in 0..<4 {
        var delta = [0.1, 0.2, 0.3, 0.4]
        delta[index] = value
        for weight in [UInt64(0), 1, 8] {
          guard
            case .clipping(.clipping(.nonFinite(index: index, found: _))) = refusal(
              secure, ClientUpdate(delta: delta, weight: weight))
          else {
            Issue.record("\(value) at \(index) with weight \(weight)")
            continue
          }
        }
      }
    }
  }

  @Test("updates of another length are refused", arguments: [0, 3, 5, 100])
  func wrongLength(count: Int) throws {
    let secure = try SecureFedAvg(
      parameterCount: 4, clippingBound: 1, maximumWeight: 8, maximumContributors: 4)
    let update = ClientUpdate(delta: [Double](repeating: 0, count: count), weight: 1)
    #expect(refusal(secure, update) == .updateLength(found: count, expected: 4))
  }

  @Test("weights up to the largest", arguments: [0, 1, 7, 8, 9, UInt64.max])
  func weights(weight: UInt64) throws {
    let secure = try SecureFedAvg(
      parameterCount: 4, clippingBound: 1, maximumWeight: 8, maximumContributors: 4)
    let update = ClientUpdate(delta: [0, 0, 0, 0], weight: weight)
    #expect(
      refusal(secure, update) == (weight <= 8 ? nil : .weight(found: weight, maximum: 8)))
  }

  @Test("the weight follows in pieces, lowest first", arguments: FedAvgShape.all)
  func weightPieces(shape: FedAvgShape) throws {
    let secure = try shape.secure()
    #expect(secure.layout.elementCount == shape.parameterCount + shape.weightElements)
    var generator = SimulationGenerator(seed: 4)
    let delta = [Double](repeating: 0, count: shape.parameterCount)
    for weight in [0, 1, secure.maximumWeight / 2 + 1, secure.maximumWeight] {
      let elements = try #require(
        secure.encode(ClientUpdate(delta: delta, weight: weight), using: &generator)
          .elements.unsigned)
      #expect(elements.prefix(shape.parameterCount).allSatisfy { $0 == secure.codec.levels })
      var value = UInt128(0)
      for piece in elements.dropFirst(shape.parameterCount).reversed() {
        #expect(piece >> UInt64(secure.layout.lanes.valueBits) == 0)
        value = value << UInt128(secure.layout.lanes.valueBits) | UInt128(piece)
      }
      #expect(value == UInt128(weight))
    }
  }

  @Test("float32 numbers give what the same numbers give as float64", arguments: FedAvgShape.all)
  func narrowNumbers(shape: FedAvgShape) throws {
    let secure = try shape.secure()
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SimulationGenerator(seed: seed)
    // Some within the bounds, some beyond, some subnormal.
    let update = (0..<shape.parameterCount).map { index -> Float in
      let number = Float.random(in: -2...2, using: &generator) * Float(secure.clippingBound)
      return index % 7 == 3 ? number * .leastNonzeroMagnitude : number
    }
    for weight in [0, 1, secure.maximumWeight] {
      var one = SimulationGenerator(seed: seed)
      var other = one
      let narrow = try secure.encode(update.span, weight: weight) { words, parameters in
        for index in 0..<parameters.count { words[index] = one.next() }
      }
      let wide = try secure.encode(
        ClientUpdate(delta: update.map(Double.init), weight: weight), using: &other)
      #expect(narrow.words == wide.words, "seed \(seed)")
    }
    for bad in [Float.nan, .infinity] {
      var refused = update
      refused[refused.count - 1] = bad
      #expect(throws: SecureFedAvgError.self) {
        _ = try secure.encode(refused.span, weight: 1)
      }
    }
  }

  @Test("roundings are drawn anew for each parameter and each call, and are right on average")
  func drawnRoundings() throws {
    let count = 50_000
    let secure = try SecureFedAvg(
      parameterCount: count, clippingBound: 1, maximumWeight: 1, maximumContributors: 3)
    // A quarter of a step above a level, so that a quarter of the codes is rounded up.
    let number = 10.25 * secure.codec.step
    let update = ClientUpdate(delta: Array(repeating: number, count: count), weight: 1)
    let below = secure.codec.levels + 10
    func roundings() throws -> [UInt64] {
      let elements = try #require(try secure.encode(update).elements.unsigned)
      return elements[..<count].map { $0 &- below }
    }
    let (first, second) = (try roundings(), try roundings())
    for rounded in [first, second] {
      #expect(rounded.allSatisfy { $0 <= 1 })
      // Seven standard deviations of a fair quarter.
      let up = Double(rounded.reduce(0, &+))
      #expect(abs(up - Double(count) / 4) < 7 * (Double(count) * 0.1875).squareRoot())
    }
    // Two independent calls differ in three of eight places, and so do two blocks of one call.
    let expected = 0.375
    for (one, other) in [(first, second), (Array(first[1024...]), Array(first.dropLast(1024)))] {
      let different = zip(one, other).count { $0 != $1 }
      #expect(abs(Double(different) / Double(one.count) - expected) < 0.02)
    }
  }
}
