import FLMath
import Synchronization
import Testing

@testable import SecAgg

/// Threads share the work and change nothing else; whoever watches can stop it.
@Suite("Execution")
struct ExecutionTests {
  private final class Watcher: Sendable {
    let fractions = Mutex<[Double]>([])
    private let limit: Double

    /// Cancels once more than `limit` is done.
    init(limit: Double = .infinity) { self.limit = limit }

    func execution(threads: Int) -> Execution {
      Execution(threadCount: threads) { progress in
        self.fractions.withLock { $0.append(progress.fraction) }
        return progress.fraction > self.limit ? .cancel : .proceed
      }
    }
  }

  @Test("every number once, in order, on any number of threads", arguments: [1, 2, 3, 8, 100])
  func map(threads: Int) {
    for count in [0, 1, 2, 7, 1000] {
      let found = WorkQueue.map(count, on: .threads(threads)) { "\($0)" }
      #expect(found == (0..<count).map { "\($0)" })
    }
  }

  @Test("no number of threads is too small or too large to ask for")
  func threadCounts() {
    #expect([Int.min, 0, 1, 2].map { Execution.threads($0).threadCount } == [1, 1, 1, 2])
    #expect([1024, 1025, Int.max].map { Execution.threads($0).threadCount } == [1024, 1024, 1024])
  }

  @Test("threads that do nothing but ask get every number once", arguments: [2, 4])
  func contention(threads: Int) {
    let count = 200_000
    let queue = WorkQueue(count: count)
    let taken = Mutex((count: 0, sum: 0))
    ScopedThreads.run(threads) {
      var (own, sum) = (0, 0)
      while let item = queue.take() {
        own += 1
        sum += item
      }
      taken.withLock {
        $0.count += own
        $0.sum += sum
      }
    }
    let (found, sum) = taken.withLock { $0 }
    #expect(found == count)
    #expect(sum == count * (count - 1) / 2)
  }

  @Test(
    "one mask without a seed, on whichever thread, and there is no combination", arguments: [1, 4])
  func missingSeed(threads: Int) throws {
    for missing in [0, 19, 39] {
      let masks = try (1...40).map { Mask.selfMask(of: try client($0)) }
      do throws(MaskCombination.MissingSeed) {
        _ = try MaskCombination(
          masks, for: .masking, by: .chacha20, on: .threads(threads)
        ) { $0 == masks[missing] ? nil : SecretBytes(copying: [UInt8](repeating: 1, count: 32)) }
        Issue.record("a combination without a seed")
      } catch {
        #expect(error.mask == masks[missing])
      }
    }
  }

  @Test("at least one thread", arguments: [Int.min, -1, 0])
  func threadCount(count: Int) {
    #expect(Execution.threads(count).threadCount == 1)
    #expect(Execution().threadCount >= 1)
  }

  @Test(
    "masks on several threads are those on one", arguments: [2, 3, 7],
    [1, 1023, 1024, 1025, 9000, 70_001])
  func masks(threads: Int, wordCount: Int) {
    var generator = SimulationGenerator(seed: UInt64(wordCount))
    let words = (0..<wordCount).map { _ in generator.next() }
    let masks = (0..<3).map { index in
      (
        index == 1 ? MaskExpander.Direction.subtract : .add,
        OctetString.random(32, &generator)
      )
    }
    let combination = MaskCombination.testing(masks)
    // Not compared in the expectation: it would look for the differences, and there may be many.
    let isSame =
      combination.applied(to: words, on: .threads(threads)) == combination.applied(to: words)
    #expect(isSame, "seed \(wordCount)")
  }

  /// A server that has all answers.
  private func server(_ transcript: Transcript) throws -> ServerSession {
    var server = try transcript.server(in: .unmasking)
    for answer in transcript.answers {
      try server.receive(.unmaskingResponse(answer), from: answer.sender)
    }
    return server
  }

  private func transcript() throws -> Transcript {
    try Transcript(
      parameters: testParameters(cohortSize: 14, threshold: 4, elementCount: 20_000), seed: 8,
      losing: [client(6): .maskedInput, client(11): .maskedInput])
  }

  @Test("a session sums on any number of threads", arguments: [1, 2, 5])
  func session(threads: Int) throws {
    let transcript = try transcript()
    var server = try server(transcript)
    let watcher = Watcher()
    #expect(
      try server.unmask(execution: watcher.execution(threads: threads)).sums.unsigned
        == transcript.sums)
    let fractions = watcher.fractions.withLock { $0 }
    #expect(fractions.max() == 1)
    #expect(fractions.count == Set(fractions).count)
    #expect(fractions.allSatisfy { 0 < $0 && $0 <= 1 })
  }

  @Test("a cancelled server has not changed and sums later", arguments: [0, 0.3, 0.9], [1, 3])
  func cancelledServer(limit: Double, threads: Int) throws {
    let transcript = try transcript()
    var server = try server(transcript)
    let before = server.stored()
    let watcher = Watcher(limit: limit)
    #expect(throws: ServerError.cancelled) {
      try server.unmask(execution: watcher.execution(threads: threads))
    }
    // Each thread may have been at work on one more piece.
    let later = watcher.fractions.withLock { $0.count { $0 > limit } }
    #expect((1...threads).contains(later))
    #expect(server.stored() == before)
    #expect(try server.unmask().sums.unsigned == transcript.sums)
  }

  @Test("a cancelled client ends with an error", arguments: [0, 0.5])
  func cancelledClient(limit: Double) throws {
    let parameters = try testParameters(cohortSize: 4, threshold: 2, elementCount: 40_000)
    var session = try SimulatedSession(parameters: parameters, seed: 5)
    for round in [ProtocolRound.advertiseKeys, .shareKeys] {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    let watcher = Watcher(limit: limit)
    let one = try #require(session.clients.first)
    let delivery = try session.server.message(for: one.id)
    #expect(throws: ClientError.cancelled) {
      _ = try one.answer(delivery, execution: watcher.execution(threads: 2))
    }
    // There is nothing to go on with.
    #expect(one.awaited == nil && one.message == nil)
    #expect(
      try one.handle(delivery) == .stray(.otherRound(found: .maskedInput, expected: nil)))
  }
}
