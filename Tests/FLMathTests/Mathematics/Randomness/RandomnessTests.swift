import Foundation
import Testing

@testable import FLMath

@Suite("Randomness for simulations")
struct RandomnessTests {
  @Test("SplitMix64 gives the published numbers for seed 1234567")
  func splitMix() {
    var generator = SplitMix64(state: 1_234_567)
    #expect(
      (0..<5).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("xoshiro256** gives the published numbers for the state 1, 2, 3, 4")
  func xoshiro() {
    var generator = SimulationGenerator(state: (1, 2, 3, 4))
    #expect(
      (0..<10).map { _ in generator.next() } == [
        11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
        10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
      ])
  }

  @Test("One seed, one sequence; another seed, another sequence")
  func seeds() {
    var first = SimulationGenerator(seed: 7)
    var second = SimulationGenerator(seed: 7)
    var third = SimulationGenerator(seed: 8)
    let sequence = (0..<10).map { _ in first.next() }
    #expect((0..<10).map { _ in second.next() } == sequence)
    #expect((0..<10).map { _ in third.next() } != sequence)
  }

  // The statistical bars below are several standard deviations wide; the seeds are fixed, so every
  // run gives the same outcome.

  @Test("Indices are below the bound and equally likely", arguments: [1, 2, 3, 10, 1000])
  func indices(bound: Int) {
    var generator = SimulationGenerator(seed: UInt64(bound))
    let draws = 20_000
    var counts = [Int](repeating: 0, count: min(bound, 10))
    for _ in 0..<draws {
      let index = generator.uniformIndex(below: bound)
      #expect(index >= 0 && index < bound)
      counts[index * counts.count / bound] += 1
    }
    // A binomial count is 5 standard deviations off with a probability below 1e-6.
    let expected = Double(draws) / Double(counts.count)
    for count in counts {
      #expect(abs(Double(count) - expected) <= 5 * expected.squareRoot())
    }
  }

  @Test("A bound that does not divide 2^64 does not bias")
  func hugeBound() {
    var generator = SimulationGenerator(seed: 3)
    // Of every eight numbers of 64 bits, scaling to this bound alone would map three to a multiple
    // of 3, three to the next number and two to the one after: 2,500 of 10,000 instead of 3,333.
    // The bar is 5 standard deviations.
    let bound = 3 << 61
    let last = (0..<10_000).count { _ in generator.uniformIndex(below: bound) % 3 == 2 }
    #expect(abs(last - 3333) < 236)
  }

  @Test("No bound, no index", arguments: [0, -1, Int.min])
  func noBound(bound: Int) {
    var generator = SimulationGenerator(seed: 3)
    #expect(generator.uniformIndex(below: bound) == 0)
  }

  @Test("Shuffling permutes, and all orders are equally likely")
  func shuffles() {
    var generator = SimulationGenerator(seed: 11)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      var elements = [0, 1, 2]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 6)
    // 1000 expected, standard deviation 29.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 })
  }

  @Test("Normal numbers have mean 0, variance 1 and fourth moment 3")
  func normal() {
    var generator = SimulationGenerator(seed: 13)
    let numbers = (0..<50_000).map { _ in generator.standardNormal() }
    let moments = [1, 2, 4].map { power in
      numbers.map { number in (0..<power).reduce(1.0) { product, _ in product * number } }
        .reduce(0, +) / 50_000
    }
    // Standard errors: sqrt(1/n), sqrt(2/n), sqrt(96/n); the bars are 5 of them.
    #expect(abs(moments[0]) < 0.0224)
    #expect(abs(moments[1] - 1) < 0.0317)
    #expect(abs(moments[2] - 3) < 0.22)
  }

  @Test("Gamma numbers have the mean and variance of their shape", arguments: [0.2, 1, 2.5, 50])
  func gamma(shape: Double) {
    var generator = SimulationGenerator(seed: 17)
    let count = 30_000.0
    let numbers = (0..<Int(count)).map { _ in exp(generator.logGamma(shape: shape)) }
    let mean = numbers.reduce(0, +) / count
    let variance = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count
    // Mean and variance are the shape a; the standard errors are sqrt(a/n) and
    // sqrt((2 a^2 + 6 a)/n). The bars are 5 of them.
    #expect(abs(mean - shape) < 5 * (shape / count).squareRoot())
    #expect(abs(variance - shape) < 5 * ((2 * shape * shape + 6 * shape) / count).squareRoot())
  }

  @Test(
    "Dirichlet proportions sum to 1, for alphas from the tiniest to huge",
    arguments: [Double.leastNonzeroMagnitude, 1e-300, 1e-5, 0.1, 1, 100, 1e15, 1e300])
  func dirichlet(alpha: Double) {
    var generator = SimulationGenerator(seed: 19)
    for count in [1, 2, 10] {
      let proportions = generator.dirichlet(alpha: alpha, count: count)
      #expect(proportions.count == count)
      #expect(proportions.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(abs(proportions.reduce(0, +) - 1) < 1e-12)
      let largest = proportions.max() ?? 0
      if alpha <= 1e-5 { #expect(largest > 0.999) }
      if alpha >= 1e15 { #expect(abs(largest - 1 / Double(count)) < 1e-6) }
    }
  }

  @Test("Dirichlet proportions have the variance of their alpha", arguments: [0.1, 1, 10])
  func dirichletVariance(alpha: Double) {
    var generator = SimulationGenerator(seed: 23)
    let (count, draws) = (5.0, 20_000.0)
    var squares = 0.0
    for _ in 0..<Int(draws) {
      let first = generator.dirichlet(alpha: alpha, count: Int(count))[0]
      squares += (first - 1 / count) * (first - 1 / count)
    }
    // The variance of one proportion is (1/k)(1 - 1/k) / (k alpha + 1). Its estimate over 20,000
    // draws has a relative standard error of about 2 %.
    let expected = (1 / count) * (1 - 1 / count) / (count * alpha + 1)
    #expect(abs(squares / draws / expected - 1) < 0.1)
  }
}
