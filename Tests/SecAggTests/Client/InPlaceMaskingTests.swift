import Testing

@testable import SecAgg

/// Masking must not copy the vector, which is all that a client needs much memory for.
@Suite("Vectors are masked in place")
struct InPlaceMaskingTests {
  @Test("a vector that was given up stays where it is", arguments: [1, 2])
  func address(threads: Int) throws {
    let lone = try LoneClient(
      number: 2, parameters: testParameters(cohortSize: 5, threshold: 2, elementCount: 20_000))
    let round = try lone.share(withNeighbours: [1, 3, 4, 5])
    let delivery = try lone.delivery(from: [1, 3, 4])
    let input = try lone.input()
    let (place, words) = (Self.address(of: input.words), input.words.count)
    let masking = try round.maskInput(
      consume input, delivery: delivery, execution: .threads(threads))
    let message = masking.message
    #expect(message.words.count == words)
    #expect(Self.address(of: message.words) == place)
  }

  @Test("a vector that the caller keeps is left as it was")
  func kept() throws {
    let lone = try LoneClient(
      number: 2, parameters: testParameters(cohortSize: 5, threshold: 2, elementCount: 100))
    let input = try lone.input()
    let masking = try lone.share(withNeighbours: [1, 3, 4, 5]).maskInput(
      input, delivery: lone.delivery(from: [1, 3, 4]))
    let message = masking.message
    #expect(message.words != input.words)
    #expect(input.elements == .unsigned([UInt64](repeating: 1, count: 100)))
  }

  private static func address(of words: [UInt64]) -> UInt {
    unsafe words.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
  }
}
