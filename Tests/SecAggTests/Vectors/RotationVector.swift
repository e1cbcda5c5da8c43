import Testing

@testable import FLMath
@testable import SecAgg

/// A vector of whole numbers, rotated with the seed of a session.
struct RotationVector: VectorCase {
  struct Input: Codable {
    var session: Hex
    var elements: [String]
  }

  var input: Input
  var seed: Hex
  var paddedDimension: Int
  /// The coordinates of the padded vector whose sign is minus.
  var negative: [Int]
  /// Times the square root of the padded dimension: whole numbers.
  var rotated: [String]

  init(_ input: Input) throws {
    let seed = PrivateFedAvg.rotationSeed(of: try input.session.digest)
    let vector = try input.elements.map { Double(try #require(Int64($0))) }
    let rotation = try RandomRotation(dimension: vector.count, seed: seed)
    let padded = try RandomRotation(dimension: rotation.paddedDimension, seed: seed)
    self.input = input
    self.seed = Hex(words: [seed])
    paddedDimension = rotation.paddedDimension
    // The first row of the matrix is all ones: of a vector with a single 1 it leaves the sign.
    negative = try (0..<rotation.paddedDimension).filter { index in
      var spike = [Double](repeating: 0, count: rotation.paddedDimension)
      spike[index] = 1
      return try Self.unnormalised(spike, padded)[0] < 0
    }
    let numbers = try Self.unnormalised(vector, rotation)
    rotated = numbers.map { String(Int64($0)) }
    try #require(numbers.allSatisfy { $0 == $0.rounded() })
  }

  private static func unnormalised(
    _ vector: [Double], _ rotation: RandomRotation
  ) throws -> [Double] {
    try rotation.rotated(vector, scale: Double(rotation.paddedDimension).squareRoot())
      .flatMap { group in (0..<8).map { group[$0] } }
  }
}
