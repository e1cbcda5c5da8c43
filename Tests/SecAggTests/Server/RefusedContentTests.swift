import FLMath
import SecAgg
import Testing

/// A message that belongs where it turns up, but whose content is not what its sender may send.
@Suite("Refused content")
struct RefusedContentTests {
  private static let graphs: [Int?] = [nil, 6]

  private func transcript(degree: Int?) throws -> Transcript {
    try Transcript(
      parameters: testParameters(cohortSize: 12, degree: degree, threshold: 3), seed: 2,
      losing: [client(9): .maskedInput])
  }

  @Test("a key that was advertised before, by oneself or another")
  func repeatedKeys() throws {
    let transcript = try transcript(degree: nil)
    let advertisements = (transcript.messages[.advertiseKeys] ?? []).compactMap { message in
      if case .keyAdvertisement(let advertisement) = message { advertisement } else { nil }
    }
    var server = try transcript.server(in: .advertiseKeys, afterTaking: 5)
    let own = advertisements[8]
    for taken in advertisements.prefix(5) {
      for (sealingKey, maskKey) in [
        (taken.sealingKey, own.maskKey), (own.sealingKey, taken.maskKey),
        (taken.maskKey, own.maskKey), (own.sealingKey, taken.sealingKey),
        (taken.sealingKey, taken.maskKey), (own.sealingKey, own.sealingKey),
      ] {
        let message = KeyAdvertisement(
          session: own.session, sender: own.sender, sealingKey: sealingKey, maskKey: maskKey)
        server.expectRefusal(
          of: .keyAdvertisement(message), from: own.sender, .repeatedKey(from: own.sender))
      }
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("shares for others than the neighbours in id order", arguments: graphs)
  func distributions(degree: Int?) throws {
    let transcript = try transcript(degree: degree)
    let sender = try client(4)
    guard case .shareDistribution(let honest) = transcript.message(.shareKeys, of: sender) else {
      Issue.record("client 4 shared nothing")
      return
    }
    let shares = honest.shares
    let strangers = ClientID.all(cohortSize: 13).filter { id in
      !shares.contains { $0.peer == id }
    }
    var server = try transcript.server(in: .shareKeys, afterTaking: 3)
    var wrong: [[AddressedShares]] = [[], shares.reversed(), shares + shares]
    for index in shares.indices {
      var fewer = shares
      fewer.remove(at: index)
      wrong.append(fewer)
      var repeated = shares
      repeated.insert(shares[index], at: index)
      wrong.append(repeated)
      wrong.append(fewer.enumerated().flatMap { $0 == 0 ? [$1, $1] : [$1] })
      if index > 0 {
        var swapped = shares
        swapped.swapAt(index, index - 1)
        wrong.append(swapped)
      }
      for stranger in strangers {
        let foreign = AddressedShares(peer: stranger, shares: shares[index].shares)
        wrong.append((shares + [foreign]).sorted { $0.peer < $1.peer })
        wrong.append((fewer + [foreign]).sorted { $0.peer < $1.peer })
      }
    }
    for shares in wrong {
      server.expectRefusal(
        of: .shareDistribution(honest.with(shares: shares)), from: sender,
        .sharesNotForNeighbours(from: sender))
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("a masked input of another length", arguments: [0, 1, 3, 5, 1000])
  func vectorLength(found: Int) throws {
    let transcript = try transcript(degree: nil)
    let sender = try client(7)
    let expected = transcript.parameters.layout.wordCount
    try #require(expected == 4)
    let words = [UInt64](repeating: 7, count: found)
    var server = try transcript.server(in: .maskedInput, afterTaking: 3)
    server.expectRefusal(
      of: .maskedInput(
        MaskedInput(session: transcript.parameters.digest, sender: sender, words: words)),
      from: sender, .vectorLength(from: sender, found: found, expected: expected))
    try transcript.expectCompletion(of: server)
  }

  @Test("more contributors than the lanes hold", arguments: [3, 5, 8])
  func tooManyContributors(maximum: Int) throws {
    let layout = try VectorLayout(
      elementCount: 7, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: maximum))
    let parameters = try SessionParameters(
      cohortSize: 8, threshold: 2, layout: layout, minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: []))
    var session = try SimulatedSession(parameters: parameters, seed: 3)
    for round in [ProtocolRound.advertiseKeys, .shareKeys] {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    try session.collect(.maskedInput, leaving: [:])
    let all = ClientID.all(cohortSize: 8)
    #expect(
      session.refusals
        == all.dropFirst(maximum).map { .tooManyContributors(from: $0, maximum: maximum) })
    #expect(session.refusals.map(\.culprit) == all.dropFirst(maximum).map { $0 })
    #expect(session.server.received == Array(all.prefix(maximum)))
    try session.server.closeRound()
    try session.collect(.unmasking, leaving: [:])
    let aggregate = try session.server.unmask()
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: Array(all.prefix(maximum))))
  }

  /// What a client may do to its answer, and the refusal that it earns. Subjects are in id order.
  private static let alteredAnswers: [AlteredAnswer] = [
    AlteredAnswer("nothing") { $0.with(shares: []) },
    AlteredAnswer("first missing") { $0.with(shares: Array($0.shares.dropFirst())) },
    AlteredAnswer("last missing") { $0.with(shares: Array($0.shares.dropLast())) },
    AlteredAnswer("first twice") { $0.with(shares: [$0.shares[0]] + $0.shares) },
    AlteredAnswer("last twice") { answer in
      answer.with(shares: answer.shares + answer.shares.suffix(1))
    },
    AlteredAnswer("reversed") { $0.with(shares: $0.shares.reversed()) },
    AlteredAnswer("two swapped") { answer in
      var shares = answer.shares
      shares.swapAt(0, 1)
      return answer.with(shares: shares)
    },
    AlteredAnswer("share and report of the first") { answer in
      answer.with(shares: answer.shares, unopened: [answer.shares[0].subject])
    },
    AlteredAnswer("share and report of the last") { answer in
      answer.with(shares: answer.shares, unopened: answer.shares.suffix(1).map(\.subject))
    },
    AlteredAnswer("report twice") { answer in
      let first = answer.shares[0].subject
      return answer.with(shares: Array(answer.shares.dropFirst()), unopened: [first, first])
    },
    AlteredAnswer("reports reversed") { answer in
      answer.with(shares: [], unopened: answer.shares.map(\.subject).reversed())
    },
    AlteredAnswer("report of oneself") { answer in
      answer.with(shares: answer.shares, unopened: [answer.sender])
    },
    AlteredAnswer("share of oneself") { answer in
      let own = RevealedShare(
        subject: answer.sender, kind: .selfMask, share: answer.shares[0].share)
      return answer.with(shares: (answer.shares + [own]).sorted { $0.subject < $1.subject })
    },
  ]

  @Test(
    "an answer that is not one share or report for each neighbour",
    arguments: graphs, alteredAnswers)
  fileprivate func answerNotForNeighbours(degree: Int?, altered: AlteredAnswer) throws {
    let transcript = try transcript(degree: degree)
    var server = try transcript.server(in: .unmasking, afterTaking: 2)
    for answer in transcript.answers.dropFirst(2) {
      server.expectRefusal(
        of: .unmaskingResponse(altered.change(answer)), from: answer.sender,
        .answerNotForNeighbours(from: answer.sender))
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("a share of a client that is no neighbour")
  func shareOfAStranger() throws {
    let transcript = try transcript(degree: 6)
    var server = try transcript.server(in: .unmasking, afterTaking: 2)
    for answer in transcript.answers.dropFirst(2) {
      let known = Set(answer.shares.map(\.subject))
      for id in ClientID.all(cohortSize: 13) where !known.contains(id) {
        for kind in SecretKind.allCases {
          let foreign = RevealedShare(subject: id, kind: kind, share: answer.shares[0].share)
          server.expectRefusal(
            of: .unmaskingResponse(
              answer.with(shares: (answer.shares + [foreign]).sorted { $0.subject < $1.subject })),
            from: answer.sender, .answerNotForNeighbours(from: answer.sender))
        }
      }
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("the secret that must stay hidden, alone or beside the other", arguments: graphs)
  func wrongKind(degree: Int?) throws {
    let transcript = try transcript(degree: degree)
    var server = try transcript.server(in: .unmasking, afterTaking: 2)
    for answer in transcript.answers.dropFirst(2) {
      for (index, revealed) in answer.shares.enumerated() {
        let hidden = RevealedShare(
          subject: revealed.subject, kind: revealed.kind == .selfMask ? .maskKey : .selfMask,
          share: revealed.share)
        var replaced = answer.shares
        replaced[index] = hidden
        var before = answer.shares
        before.insert(hidden, at: index)
        for shares in [replaced, before] {
          server.expectRefusal(
            of: .unmaskingResponse(answer.with(shares: shares)), from: answer.sender,
            .wrongSecretKind(from: answer.sender, subject: revealed.subject))
        }
        var after = answer.shares
        after.insert(hidden, at: index + 1)
        server.expectRefusal(
          of: .unmaskingResponse(answer.with(shares: after)), from: answer.sender,
          .answerNotForNeighbours(from: answer.sender))
      }
    }
    try transcript.expectCompletion(of: server)
  }
}

/// A way to spoil an answer.
private struct AlteredAnswer: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let change: @Sendable (UnmaskingResponse) -> UnmaskingResponse

  init(
    _ description: String, _ change: @escaping @Sendable (UnmaskingResponse) -> UnmaskingResponse
  ) {
    testDescription = description
    self.change = change
  }
}
