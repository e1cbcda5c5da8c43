import FLMath
import SecAgg
import Testing

/// A client that is suspended and woken goes on as if it had never slept.
@Suite("Suspension")
struct SuspensionTests {
  @Test(
    "the bytes of a woken client are those that it was woken from",
    arguments: SuspendedRound.allCases)
  func roundTrip(round: SuspendedRound) throws {
    let bytes = try round.bytes()
    #expect(try round.resumed(bytes) == bytes)
  }

  @Test("round 0: the same message")
  func advertising() throws {
    let round = try SuspendedRound.lone().advertise()
    let message = round.message
    let resumed = try AdvertiseKeysRound(restoring: round.stored())
    let resumedMessage = resumed.message
    #expect(resumedMessage == message)
  }

  @Test("round 1: the same message, and the same masked input from there")
  func sharing() throws {
    let lone = try SuspendedRound.lone()
    let round = try lone.share(withNeighbours: [1, 3, 4, 6])
    let message = round.message
    let bytes = round.stored()
    let resumed = try ShareKeysRound(restoring: bytes)
    let resumedMessage = resumed.message
    #expect(resumedMessage == message)
    let delivery = try lone.delivery(from: [1, 3, 6])
    let one = try resumed.maskInput(lone.input(), delivery: delivery)
    let other = try ShareKeysRound(restoring: bytes).maskInput(lone.input(), delivery: delivery)
    let (oneMessage, otherMessage) = (one.message, other.message)
    #expect(oneMessage == otherMessage)
    #expect(oneMessage.words != [UInt64](repeating: 0, count: oneMessage.words.count))
  }

  /// Why the bytes have to be replaced before the masked input is sent.
  @Test("round 1: two vectors masked from the same bytes differ by what the vectors differ by")
  func maskedTwice() throws {
    let lone = try SuspendedRound.lone()
    let bytes = try lone.share(withNeighbours: [1, 3, 4, 6]).stored()
    let delivery = try lone.delivery(from: [1, 3, 6])
    let layout = lone.parameters.layout
    let vectors = try [UInt64(1000), 1].map {
      try PackedVector([UInt64](repeating: $0, count: layout.elementCount), layout: layout)
    }
    let one = try ShareKeysRound(restoring: bytes).maskInput(vectors[0], delivery: delivery)
    let other = try ShareKeysRound(restoring: bytes).maskInput(vectors[1], delivery: delivery)
    let seen = one.message.words[0] &- other.message.words[0]
    #expect(seen & (1 << UInt64(layout.lanes.laneBits) - 1) == 999)
  }

  @Test("round 2, after the message was sent: no vector in the bytes, the same answer from there")
  func maskingSent() throws {
    let lone = try SuspendedRound.lone()
    let whole = try lone.mask(withNeighbours: [1, 3, 4, 6], sharers: [1, 4, 6]).stored()
    let bytes = try MaskedInputRound(restoring: whole).stored(keepingMessage: false)
    let words = lone.parameters.layout.wordCount
    #expect(bytes.count == whole.count - 8 * words)
    let woken = try MaskedInputRound(restoring: bytes)
    let isSent = woken.isSent
    #expect(isSent)
    let request = try lone.request(contributors: [1, 2, 4])
    let one = try woken.unmask(request)
    let other = try MaskedInputRound(restoring: whole).unmask(request)
    #expect(one == other)
  }

  @Test("round 2: the same message, and the same answer from there")
  func masking() throws {
    let lone = try SuspendedRound.lone()
    let round = try lone.mask(withNeighbours: [1, 3, 4, 6], sharers: [1, 4, 6])
    let message = round.message
    let bytes = round.stored()
    let resumed = try MaskedInputRound(restoring: bytes)
    let resumedMessage = resumed.message
    #expect(resumedMessage == message)
    let request = try lone.request(contributors: [1, 2, 4])
    let one = try resumed.unmask(request)
    let other = try MaskedInputRound(restoring: bytes).unmask(request)
    #expect(one == other)
  }

  @Test("clients that sleep at random points of a session change nothing", arguments: 0..<12)
  func session(seed: Int) throws {
    let comment: Comment = "seed \(seed)"
    var generator = SimulationGenerator(seed: UInt64(seed))
    let cohortSize = 5 + generator.below(16)
    let parameters = try testParameters(
      cohortSize: cohortSize, degree: seed % 2 == 0 ? nil : 4, threshold: 2)
    let leaving = try seed % 3 == 0 ? [client(2): LeavingPoint.beforeMaskedInput] : [:]
    var session = try SimulatedSession(parameters: parameters, seed: UInt64(seed))
    for round in ProtocolRound.rounds(in: .semiHonest) {
      try session.collect(round, leaving: leaving)
      if round != .unmasking { try session.server.closeRound() }
      for client in session.clients {
        let before = client.message
        for _ in 0..<generator.below(3) { try client.sleepAndWake() }
        #expect(client.message == before, comment)
      }
    }
    let aggregate = try session.server.unmask()
    #expect(aggregate.contributors.count == cohortSize - leaving.count, comment)
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors), comment)
    #expect(aggregate.faults.isEmpty, comment)
  }

  @Test("the policy sleeps and wakes with the client")
  func policy() throws {
    let parameters = try testParameters(cohortSize: 6, threshold: 2, minimumContributors: 4)
    let lone = try LoneClient(
      number: 2, parameters: parameters,
      policy: ClientPolicy.testing(
        minimumCohortSize: 5, minimumThreshold: 2, minimumContributors: 4,
        acceptedThreatModels: [.semiHonest], acceptedMaskCiphers: [.chacha20]))
    let resumed = try AdvertiseKeysRound(restoring: lone.advertise().stored())
    let small = lone.announcement(neighbours: try lone.advertisements(of: [1, 3, 4]))
    do {
      _ = try resumed.shareKeys(with: small)
      Issue.record("accepted")
    } catch {
      #expect(error == .policy(.cohortSize(found: 4, floor: 5)))
    }
  }

  @Test("the minimum of contributors sleeps and wakes with the client")
  func minimumContributors() throws {
    let parameters = try testParameters(cohortSize: 6, threshold: 2, minimumContributors: 4)
    let lone = try LoneClient(number: 2, parameters: parameters)
    let sharing = try ShareKeysRound(
      restoring: lone.share(withNeighbours: [1, 3, 4, 6]).stored())
    let masking = try MaskedInputRound(
      restoring: sharing.maskInput(lone.input(), delivery: lone.delivery(from: [1, 3, 4, 6]))
        .stored())
    do {
      _ = try masking.unmask(lone.request(contributors: [1, 2, 3]))
      Issue.record("answered")
    } catch let error as ClientError {
      #expect(error == .contributorsBelowMinimum(found: 3, minimum: 4))
    }
  }
}
