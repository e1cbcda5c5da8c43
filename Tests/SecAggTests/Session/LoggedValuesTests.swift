import Testing

@testable import SecAgg

/// What a log shows when somebody prints a value that carries something private.
@Suite("Logged values")
struct LoggedValuesTests {
  private func texts(_ value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(reflecting: value), dumped]
  }

  @Test("a client's vector shows its shape, and no element or word")
  func vector() throws {
    let parameters = try testParameters(cohortSize: 5, threshold: 3, elementCount: 3)
    let vector = try PackedVector([54321, 54321, 54321], layout: parameters.layout)
    let container: [String: PackedVector?] = ["update": vector]
    for text in texts(vector) + texts(container) {
      #expect(text.contains("3 element(s)"), "\(text)")
      for word in vector.words.dropLast() + [54321] {
        #expect(!text.contains("\(word)"), "\(text)")
      }
    }
  }

  @Test("a revealed share shows its size, in a message, an answer and a stored phase")
  func share() throws {
    let words: [UInt64] = [987_654_321, 987_654_322, 987_654_323, 987_654_324, 987_654_325]
    var writer = ByteWriter()
    for word in words { writer.write(word) }
    let share = try SecretShare(bytes: writer.bytes)
    let id = try client(1)
    let response = UnmaskingResponse(
      session: SessionParameters.applicationContext(of: []), sender: id,
      shares: [RevealedShare(subject: id, kind: .selfMask, share: share)], unopened: [])
    var collected = CollectedShares()
    collected.append(share, from: id)
    let values: [Any] = [share, ClientMessage.unmaskingResponse(response), collected]
    for text in values.flatMap(texts) {
      #expect(text.contains("share of 40 bytes"), "\(text)")
      #expect(!text.contains("98765432"), "\(text)")
    }
  }
}
