import SecAgg
import Testing

/// Numbers of clients.
@Suite("Client ids")
struct ClientIDTests {
  @Test("0 is nobody, every other number somebody")
  func bounds() {
    #expect(ClientID(0) == nil)
    #expect(ClientID(1)?.rawValue == 1)
    #expect(ClientID(.max)?.rawValue == .max)
  }

  @Test("a cohort has the numbers from 1 to its size")
  func cohort() {
    #expect(ClientID.all(cohortSize: 4).map(\.rawValue) == [1, 2, 3, 4])
    #expect(ClientID.all(cohortSize: 1).map(\.rawValue) == [1])
    for none in [0, -1, Int.min, Int.max, 1 << 32] {
      #expect(ClientID.all(cohortSize: none).isEmpty)
    }
  }

  @Test("ids are ordered by number and named by it")
  func order() throws {
    let (two, ten) = (try #require(ClientID(2)), try #require(ClientID(10)))
    #expect(two < ten)
    #expect(!(ten < two))
    #expect(!(two < two))
    #expect("\(ten)" == "client 10")
  }
}
