import FLMath
import Testing

@testable import SecAgg

/// The digest of the parameters covers every field.
@Suite("Session digest")
struct SessionDigestTests {
  private struct Fields {
    var sessionID = Digest(words: (1, 2, 3, 4))
    var cohortSize = 20
    var degree = 6
    var threshold = 4
    var elementCount = 50
    var minimumValueBits = 12
    var laneKind = LaneKind.unsigned
    var maximumContributors = 20
    var minimumContributors = 5
    var applicationContext = Digest(words: (5, 6, 7, 8))

    func parameters() throws -> SessionParameters {
      try SessionParameters(
        sessionID: sessionID, cohortSize: cohortSize, degree: degree, threshold: threshold,
        layout: VectorLayout(
          elementCount: elementCount,
          lanes: ElementLanes(
            laneKind, minimumValueBits: minimumValueBits, maximumContributors: maximumContributors)),
        minimumContributors: minimumContributors, applicationContext: applicationContext)
    }
  }

  @Test("recomputed from its description")
  func recomputed() throws {
    let parameters = try Fields().parameters()
    var encoding = HandEncoding(label: "SecAgg/1 session parameters")
    encoding.octets(parameters.sessionID.bytes)
    encoding.octet(1)
    // Lanes of 12 + 5 bits: three of 21, of which 5 are headroom.
    for word in [20, 6, 4, 50, 16, 20, 5] as [UInt64] { encoding.word(word) }
    encoding.octet(1)
    encoding.octet(1)
    encoding.octets(parameters.applicationContext.bytes)
    #expect(parameters.digest.bytes == encoding.hashed())
  }

  @Test("changes with every field")
  func everyField() throws {
    var variants = [Fields()]
    func vary(_ change: (inout Fields) -> Void) {
      var fields = Fields()
      change(&fields)
      variants.append(fields)
    }
    for word in 0..<4 {
      vary {
        var words: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        switch word {
        case 0: words.0 = 9
        case 1: words.1 = 9
        case 2: words.2 = 9
        default: words.3 = 9
        }
        $0.sessionID = Digest(words: words)
      }
    }
    vary { $0.cohortSize = 21 }
    vary { $0.degree = 8 }
    vary { $0.threshold = 5 }
    vary { $0.elementCount = 51 }
    vary { $0.minimumValueBits = 20 }
    vary { $0.laneKind = .signed }
    // Signed lanes of the width that the unsigned values have.
    vary {
      $0.laneKind = .signed
      $0.minimumValueBits = 16
    }
    vary { $0.maximumContributors = 19 }
    vary { $0.minimumContributors = 6 }
    vary { $0.applicationContext = Digest(words: (5, 6, 7, 9)) }
    let digests = try variants.map { try $0.parameters().digest }
    #expect(Set(digests).count == 15)
    #expect(try Fields().parameters().digest == digests[0], "the same fields, the same digest")
  }

  @Test("an application context is the labelled digest of its content")
  func applicationContext() {
    for content in [[], [0], [1, 2, 3], [UInt8](repeating: 7, count: 300)] as [[UInt8]] {
      var encoding = HandEncoding(label: "SecAgg/1 application context")
      encoding.word(UInt64(content.count))
      encoding.octets(content)
      #expect(SessionParameters.applicationContext(of: content).bytes == encoding.hashed())
    }
  }
}
