import FLMath
import Testing

@testable import SecAgg

/// Wrong shares are corrected and named within the radius, and never believed beyond it.
@Suite("Robust decoding")
struct RobustDecodingTests {
  private struct Word {
    let polynomials: [Polynomial]
    let points: [FieldElement]
    var values: [[UInt64]]

    var secret: [FieldElement] { polynomials.map { $0(.zero) } }

    func shares() throws -> [SecretShare] {
      try values.map { words in
        var encoding = HandEncoding()
        for word in words { encoding.word(word) }
        return try SecretShare(bytes: encoding.bytes)
      }
    }
  }

  private func word(
    count: Int, threshold: Int, _ generator: inout SimulationGenerator
  ) throws -> Word {
    let polynomials = try (0..<5).map { _ in
      Polynomial(try (0..<threshold).map { _ in try FieldElementTests.random(&generator) })
    }
    var numbers: Set<UInt64> = []
    while numbers.count < count { numbers.insert(1 + generator.next() % 0xffff_ffff) }
    let points = try numbers.map(FieldElementTests.element)
    return Word(
      polynomials: polynomials, points: points,
      values: points.map { point in polynomials.map { $0(point).value } })
  }

  /// Changes a random, non-empty selection of the five words of one share.
  private func damage(_ words: inout [UInt64], _ generator: inout SimulationGenerator) {
    let selection = 1 + generator.next() % 31
    for index in 0..<5 where selection >> UInt64(index) & 1 == 1 {
      let change = 1 + generator.next() % (FieldElementTests.prime - 1)
      words[index] = (words[index] + change) % FieldElementTests.prime
    }
  }

  @Test(
    "every number of errors within the radius",
    arguments: [
      (1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (4, 2), (5, 2), (5, 3), (7, 3), (8, 3), (9, 9),
      (10, 9), (11, 9), (12, 4), (13, 5), (20, 11), (21, 11), (30, 17), (40, 6),
    ])
  func withinRadius(count: Int, threshold: Int) throws {
    let seed = UInt64(1000 * count + threshold)
    var generator = SimulationGenerator(seed: seed)
    for errors in 0...(count - threshold) / 2 {
      for trial in 0..<3 {
        let comment: Comment = "seed \(seed), \(errors) errors, trial \(trial)"
        var word = try word(count: count, threshold: threshold, &generator)
        let wrong = (0..<count).shuffled(using: &generator).prefix(errors).sorted()
        for position in wrong { damage(&word.values[position], &generator) }
        let found = RobustDecoding(points: word.points, threshold: threshold)
          .decode(try word.shares())
        let (secret, blamed) = try #require(found, comment)
        #expect(secret == word.secret, comment)
        #expect(blamed == wrong, comment)
      }
    }
  }

  @Test("shares that are missing leave a smaller radius", arguments: 0...6)
  func erasures(missing: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(missing))
    let (count, threshold) = (12, 4)
    let full = try word(count: count, threshold: threshold, &generator)
    let present = (0..<count).shuffled(using: &generator).dropFirst(missing)
    var rest = Word(
      polynomials: full.polynomials, points: present.map { full.points[$0] },
      values: present.map { full.values[$0] })
    let errors = (present.count - threshold) / 2
    for position in 0..<errors { damage(&rest.values[position], &generator) }
    let found = RobustDecoding(points: rest.points, threshold: threshold)
      .decode(try rest.shares())
    let (secret, blamed) = try #require(found, "seed \(missing)")
    #expect(secret == full.secret, "seed \(missing)")
    #expect(blamed == Array(0..<errors), "seed \(missing)")
  }

  /// The true polynomial is out of reach then, and another one is within it about once in 2^61.
  @Test("beyond the radius there is no answer", arguments: [3, 6, 9])
  func beyondRadius(threshold: Int) throws {
    let seed = UInt64(90 + threshold)
    var generator = SimulationGenerator(seed: seed)
    let count = 12
    for errors in ((count - threshold) / 2 + 1)...count {
      var word = try word(count: count, threshold: threshold, &generator)
      let wrong = (0..<count).shuffled(using: &generator).prefix(errors).sorted()
      // All five words, so that no word is within the radius by itself.
      for position in wrong {
        for index in 0..<5 {
          word.values[position][index] =
            (word.values[position][index] + 1 + generator.next() % 1_000_000)
            % FieldElementTests.prime
        }
      }
      let found = RobustDecoding(points: word.points, threshold: threshold)
        .decode(try word.shares())
      #expect(found == nil, "seed \(seed), \(errors) errors")
    }
  }

  /// Liars and honest alike may lie on one polynomial of higher degree. Nothing is left over then, and
  /// still it is not an answer.
  @Test("a polynomial through all shares whose degree is the threshold or more", arguments: 4...9)
  func highDegree(degree: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(degree))
    let word = try word(count: 10, threshold: degree + 1, &generator)
    let found = RobustDecoding(points: word.points, threshold: 4).decode(try word.shares())
    #expect(found == nil, "seed \(degree)")
  }

  /// Liars who agree on a polynomial of their own win once they are as near to it as the radius: the
  /// decoder then names the honest, and only the check against the public key tells.
  @Test("a conspiracy beyond the radius gives another secret, never the true one")
  func conspiracy() throws {
    var generator = SimulationGenerator(seed: 77)
    let (count, threshold) = (9, 3)
    let honest = try word(count: count, threshold: threshold, &generator)
    let lie = try word(count: count, threshold: threshold, &generator)
    for liars in 0...count {
      let mixed = Word(
        polynomials: honest.polynomials, points: honest.points,
        values: honest.points.indices.map { position in
          position < liars
            ? lie.polynomials.map { $0(honest.points[position]).value } : honest.values[position]
        })
      let found = RobustDecoding(points: mixed.points, threshold: threshold)
        .decode(try mixed.shares())
      if liars <= 3 {
        #expect(found?.secret == honest.secret)
        #expect(found?.wrong == Array(0..<liars))
      } else if count - liars <= 3 {
        #expect(found?.secret == lie.secret)
        #expect(found?.wrong == Array(liars..<count))
      } else {
        #expect(found == nil, "\(liars) liars")
      }
    }
  }
}
