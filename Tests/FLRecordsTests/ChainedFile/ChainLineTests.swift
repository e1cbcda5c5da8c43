import SecAgg
import Testing

@testable import FLRecords

@Suite("Chained lines")
struct ChainLineTests {
  /// BLAKE2b-256 as Python's `hashlib` computes it, of
  /// `lp("SecAgg/1 record chain") + previous + lp(line up to "digest")`, where `lp` puts the length in
  /// front as 8 little-endian bytes.
  static let digests = [
    "d4de5c69b60d664cde6a6b7ed872fa5cc1dae7a98687cba58ce4c00c342eb5f7",
    "da334c1ee6bd10c19abc6bbbb20651a0f455878f0cd74ec3753875034f291eaa",
  ]

  @Test("known answers")
  func knownAnswers() throws {
    let first = ChainLine(Array(#"{"a":1}"#.utf8), after: .start)
    let second = ChainLine(Array(#"{"b":"é"}"#.utf8), after: first.position)
    let text = String(decoding: first.bytes + second.bytes, as: UTF8.self)
    #expect(
      text == """
        {"line":1,"record":{"a":1},"digest":"\(Self.digests[0])"}
        {"line":2,"record":{"b":"é"},"digest":"\(Self.digests[1])"}

        """)
    let read = try ChainLine(bytes: second.bytes.dropLast(), after: first.position)
    #expect(read.record == second.record)
    #expect(read.position == second.position)
  }

  /// By the same Python, of `lp("SecAgg/1 recorded contributors") + session + count + ids`.
  @Test("the known answer of a set of contributors")
  func contributors() throws {
    let session = try #require(Digest(bytes: Array(0..<32)))
    let ids = [7, 2, 3].compactMap { ClientID($0) }
    #expect(
      RecordDigest.ofContributors(ids, session: session).description
        == "898d295db957aa0abcd13fa3e3f6f0fd89c799b8762d2a6fce7db37db70e9293")
  }

  @Test("digests in hexadecimal are lower case, and of one length")
  func hexadecimal() throws {
    let text = Self.digests[0]
    let digest = try #require(Digest(hexadecimal: text.utf8))
    #expect(digest.description == text)
    for other in [
      text.uppercased(), String(text.dropLast()), text + "0", "g" + text.dropFirst(), "",
    ] {
      #expect(Digest(hexadecimal: other.utf8) == nil)
    }
  }
}
