import FLMath
import Testing

@Suite("Fixed-point codec")
struct FixedPointCodecTests {
  /// A generator that always rounds the same way: 0 up, `.max` down.
  private struct Constant: RandomNumberGenerator {
    let value: UInt64
    func next() -> UInt64 { value }
  }

  @Test("Numbers come back within one step", arguments: [2, 3, 8, 16, 24, 32, 44, 52])
  func roundTrip(bits: Int) throws {
    let codec = try FixedPointCodec(bound: 2.5, bits: bits)
    var generator = SimulationGenerator(seed: UInt64(bits))
    let values = (0..<500).map { _ in Double.random(in: -2.5...2.5, using: &generator) }
    var codes: [UInt64] = []
    #expect(try codec.encode(values, into: &codes, using: &generator) == 0)
    #expect(codes.count == values.count)
    for (value, (code, decoded)) in zip(
      values, zip(codes, try codec.decodeSums(codes[...], contributors: 1)))
    {
      #expect(code <= 2 * codec.levels)
      #expect(abs(decoded - value) <= codec.step * (1 + 1e-9) + 1e-15, "\(value)")
    }
  }

  @Test("A multiple of the step is exact whichever way is rounded", arguments: [2, 8, 20])
  func latticeIsExact(bits: Int) throws {
    // A step of a power of two, so that multiples of it are exact in Double.
    let levels = Double((1 << (bits - 1)) - 1)
    let codec = try FixedPointCodec(bound: levels / 8, bits: bits)
    let multiples = [-levels, -levels + 1, -1, 0, 1, levels - 1, levels]
    for random in [0, UInt64.max] {
      var generator = Constant(value: random)
      var codes: [UInt64] = []
      try codec.encode(multiples.map { $0 / 8 }, into: &codes, using: &generator)
      #expect(codes == multiples.map { UInt64($0 + levels) })
    }
  }

  @Test("A code is that of the level below or above, as the random number says", arguments: 2...52)
  func definition(bits: Int) throws {
    let levels = Double((UInt64(1) << UInt64(bits - 1)) - 1)
    var generator = SimulationGenerator(seed: UInt64(bits))
    // A step of 1, so that positions are the numbers themselves; halves and their neighbours are
    // where the nearest level changes, whole numbers where the level below does.
    let codec = try FixedPointCodec(bound: levels, bits: bits)
    var values = (0..<300).map { _ in Double.random(in: -levels...levels, using: &generator) }
    for half in [0, 0.5, 1, 1.5, 2.5, 3.5, levels / 2, levels - 0.5, levels] {
      values += [half, half.nextUp, half.nextDown].filter { abs($0) <= levels }
    }
    values += values.map { -$0 }
    for _ in 0..<20 {
      let random = generator.next()
      var constant = Constant(value: random)
      var codes: [UInt64] = []
      try codec.encode(values, into: &codes, using: &constant)
      let uniform = Double(random >> 11) * 0x1p-53
      let expected = values.map { value in
        let below = value.magnitude.rounded(.down)
        let rounded = below + (uniform < value.magnitude - below ? 1 : 0)
        return UInt64(levels + (value < 0 ? -rounded : rounded))
      }
      #expect(codes == expected, "seed \(bits)")
    }
  }

  @Test("Zero is exact, of either sign", arguments: [2, 20, 52], [0, UInt64.max])
  func zeroIsExact(bits: Int, random: UInt64) throws {
    let codec = try FixedPointCodec(bound: 0.3, bits: bits)
    var generator = Constant(value: random)
    var codes: [UInt64] = []
    try codec.encode([0, -0.0], into: &codes, using: &generator)
    #expect(codes == [codec.levels, codec.levels])
    #expect(try codec.decodeSums([2 * codec.levels], contributors: 2) == [0])
  }

  @Test(
    "Rounding is unbiased",
    arguments: [0.0625, 0.3, 0.5, 0.97, -0.0625, -0.3, -0.5, -0.97, 5.25, -6.75])
  func unbiased(position: Double) throws {
    // With a bound of 7 and 4 bits the step is 1. A code is the level below or the one above, so
    // the number of roundings up is binomial. By Hoeffding's inequality the mean of n codes is off
    // by more than d with a probability below 2 exp(-2 n d^2): with n = 20,000 and d = 0.025,
    // below 3e-11. The generators are seeded, so the outcome is the same in every run.
    let codec = try FixedPointCodec(bound: 7, bits: 4)
    let count = 20_000
    var generator = SimulationGenerator(seed: UInt64((position + 10) * 100))
    var codes: [UInt64] = []
    try codec.encode(.init(repeating: position, count: count), into: &codes, using: &generator)
    let below = position.rounded(.down)
    #expect(codes.allSatisfy { Double($0) - 7 == below || Double($0) - 7 == below + 1 })
    let mean = try codec.decodeSums([codes.reduce(0, +)], contributors: count)[0] / Double(count)
    #expect(abs(mean - position) < 0.025)
  }

  @Test("Wide codes are unbiased too: a whole number of steps is never left")
  func wideCodesAreExact() throws {
    let levels = Double((1 << 51) - 1)
    let codec = try FixedPointCodec(bound: levels, bits: 52)
    #expect(codec.step == 1)
    var generator = Constant(value: .max)
    var codes: [UInt64] = []
    try codec.encode([levels - 10, 10 - levels], into: &codes, using: &generator)
    #expect(codes == [2 * codec.levels - 10, 10])
  }

  @Test("Numbers beyond the bound get the code of the bound and are counted")
  func saturates() throws {
    let codec = try FixedPointCodec(bound: 1, bits: 10)
    var generator = SimulationGenerator(seed: 1)
    var codes: [UInt64] = []
    let above = Double(1).nextUp
    let saturated = try codec.encode(
      [above, -above, 1e300, -1e300, 1, -1, 0], into: &codes, using: &generator)
    #expect(saturated == 4)
    let (least, most) = (UInt64(0), 2 * codec.levels)
    #expect(codes == [most, least, most, least, most, least, codec.levels])
  }

  @Test("The bound gets the outermost code, for bounds that round either way")
  func boundIsOutermost() throws {
    var generator = SimulationGenerator(seed: 5)
    for bits in 2...52 {
      let bound = Double.random(in: 0.1...10, using: &generator)
      let codec = try FixedPointCodec(bound: bound, bits: bits)
      for random in [0, UInt64.max] {
        var constant = Constant(value: random)
        var codes: [UInt64] = []
        try codec.encode([bound, -bound], into: &codes, using: &constant)
        // One level less is possible where bound * (levels / bound) rounds below levels.
        #expect(codes[0] <= 2 * codec.levels && codes[0] >= 2 * codec.levels - 1, "bits \(bits)")
        #expect(codes[1] <= 1, "bits \(bits)")
      }
    }
  }

  @Test("NaN and infinity are refused with their place, and no code is appended")
  func refusesNonFinite() throws {
    let codec = try FixedPointCodec(bound: 1, bits: 10)
    var generator = SimulationGenerator(seed: 1)
    var codes: [UInt64] = [42]
    #expect(throws: FLMathError.fixedPoint(.nonFinite(index: 2, found: .infinity))) {
      try codec.encode([0, 1, .infinity], into: &codes, using: &generator)
    }
    #expect(throws: FLMathError.self) {
      try codec.encode([.nan], into: &codes, using: &generator)
    }
    #expect(codes == [42])
  }

  @Test("Codes are appended")
  func appends() throws {
    let codec = try FixedPointCodec(bound: 1, bits: 2)
    var generator = SimulationGenerator(seed: 1)
    var codes: [UInt64] = [42]
    try codec.encode([-1, 1], into: &codes, using: &generator)
    try codec.encode([0], into: &codes, using: &generator)
    #expect(codes == [42, 0, 2, 1])
  }

  @Test("A sum of codes decodes to the sum of the decoded codes", arguments: 1...20)
  func additive(seed: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(seed))
    // A power of two as the step makes the sums of decoded codes exact.
    let codec = try FixedPointCodec(bound: Double((1 << 19) - 1) / 1024, bits: 20)
    let values = (0..<seed).map { _ in
      Double.random(in: -codec.bound...codec.bound, using: &generator)
    }
    var codes: [UInt64] = []
    try codec.encode(values, into: &codes, using: &generator)
    let decoded = try codec.decodeSums(codes[...], contributors: 1)
    let sum = try codec.decodeSums([codes.reduce(0, +)], contributors: seed)
    #expect(sum == [decoded.reduce(0, +)], "seed \(seed)")
  }

  @Test("The largest sums of the widest codes decode")
  func largestSums() throws {
    let codec = try FixedPointCodec(bound: 1, bits: 52)
    let contributors = 4096
    let largest = UInt64(contributors) * 2 * codec.levels
    let decoded = try codec.decodeSums([0, largest, largest / 2], contributors: contributors)
    #expect(abs(decoded[0] + 4096) < 1e-9)
    #expect(abs(decoded[1] - 4096) < 1e-9)
    #expect(decoded[2] == 0)
  }

  @Test("Sums that no such number of codes can make are refused")
  func refusesSums() throws {
    let codec = try FixedPointCodec(bound: 1, bits: 10)
    let largest = 3 * 2 * codec.levels
    #expect(
      throws: FLMathError.fixedPoint(.sumOutOfRange(index: 1, maximum: largest, found: largest + 1))
    ) {
      try codec.decodeSums([largest, largest + 1], contributors: 3)
    }
    let most = Int(clamping: UInt64.max / (2 * codec.levels))
    for contributors in [Int.min, 0, most + 1, .max] {
      #expect(
        throws: FLMathError.fixedPoint(.invalidContributors(maximum: most, found: contributors))
      ) {
        try codec.decodeSums([0], contributors: contributors)
      }
    }
    #expect(try codec.decodeSums([], contributors: most) == [])
  }

  @Test("Lanes give the width, up to 52 bits")
  func lanes() throws {
    let narrow = try UnsignedLanes(minimumValueBits: 16, maximumContributors: 100)
    #expect(try FixedPointCodec(bound: 1, lanes: narrow).bits == 25)
    let wide = try UnsignedLanes(minimumValueBits: 60, maximumContributors: 2)
    #expect(try FixedPointCodec(bound: 1, lanes: wide).bits == 52)
  }

  @Test("Refuses bits and bounds without a codec")
  func refuses() {
    for bits in [Int.min, 1, 53, .max] {
      #expect(throws: FLMathError.fixedPoint(.invalidBits(bits))) {
        try FixedPointCodec(bound: 1, bits: bits)
      }
    }
    for bound in [0, -1, .infinity, Double.leastNonzeroMagnitude, .leastNormalMagnitude] {
      #expect(throws: FLMathError.fixedPoint(.invalidBound(bound))) {
        try FixedPointCodec(bound: bound, bits: 20)
      }
    }
    #expect(throws: FLMathError.self) { try FixedPointCodec(bound: .nan, bits: 20) }
  }
}
