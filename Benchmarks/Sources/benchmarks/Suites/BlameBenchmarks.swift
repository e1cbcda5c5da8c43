import FLMath

@testable import SecAgg

/// What dishonest clients cost the server when it unmasks: liars, dealers of wrong shares, and both. Complete graph,
/// nobody drops out, vectors so short that only the secrets count.
enum BlameBenchmarks {
  private static let suite = "blame"

  static func run(_ results: inout Results, clients: Int, largest: Int) throws {
    try honest(&results, clients: largest)
    let session = try DealtSession(clients: clients, dealers: [])
    let threshold = session.parameters.threshold
    let mixes: [(String, (Int, Int) -> Bool)] = [
      ("nobody lies", { _, _ in false }),
      ("1 client lies about all", { holder, _ in holder == 5 }),
      (
        "\(clients - threshold - 1) clients lie about all",
        { holder, _ in holder < clients - threshold - 1 }
      ),
      (
        "each client lies about one other",
        { holder, dealer in holder == (7 * dealer + 1) % clients }
      ),
      (
        "each client lies about every third",
        { holder, dealer in (holder + dealer) % 3 == 0 && holder % 7 != 0 }
      ),
    ]
    var base = 0.0
    for (name, lies) in mixes {
      base = try measure(&results, session, name, base, lies: lies)
    }
    for count in [3, clients / 10] {
      let session = try DealtSession(
        clients: clients, dealers: Set((0..<count).map { 11 + 3 * $0 }))
      _ = try measure(
        &results, session, "\(count) dealers of two polynomials, 1 liar", base,
        lies: { holder, _ in holder == 5 })
    }
  }

  private static func honest(_ results: inout Results, clients: Int) throws {
    let session = try DealtSession(clients: clients, dealers: [])
    _ = try measure(&results, session, "nobody lies", 0, lies: { _, _ in false })
  }

  /// - Returns: the median of the first mix, which the others are compared with.
  private static func measure(
    _ results: inout Results, _ session: DealtSession, _ name: String, _ base: Double,
    lies: (Int, Int) -> Bool
  ) throws -> Double {
    let phase = try session.phase(lies: lies)
    let figure = Figure(
      suite, "n = \(session.clients), t = \(session.parameters.threshold), \(name)", unit: "ms",
      seconds: Stopwatch.samples(runs: 5) {
        _ = try? phase.unmask(
          parameters: session.parameters, inputContext: nil, on: .threads(1))
      },
      perSecond: 1e3, target: target(session.clients, isHonest: base == 0))
    results.add(figure)
    if base > 0 {
      print("    \((figure.median / base * 100).rounded() / 100) times the honest unmasking")
    }
    return base > 0 ? base : figure.median
  }

  /// The most milliseconds that it may take. When honest unmasking still interpolated each secret on its own,
  /// it took 470 ms with 1,000 clients; dishonest clients may cost half as much on top of that.
  private static func target(_ clients: Int, isHonest: Bool) -> Double? {
    switch (clients, isHonest) {
    case (3_000, true): 2_000
    case (1_000, false): 700
    default: nil
    }
  }
}

/// A session in which all clients have shared their self-mask secrets and contributed. The clients themselves are
/// left out: only what the server holds is made.
private struct DealtSession {
  let clients: Int
  let parameters: SessionParameters
  private let roster: ServerRoster
  private let commitments: [Digest]
  private let shareCommitments: [[ShareCommitment]]
  /// By dealer, the shares of its neighbours in their order.
  private let shares: [[SecretShare]]

  /// - Parameter dealers: those whose shares for every second holder are of another polynomial.
  init(clients: Int, dealers: Set<Int>) throws {
    self.clients = clients
    parameters = try SessionParameters(
      cohortSize: clients, threshold: clients * 2 / 3,
      layout: VectorLayout(
        elementCount: 1, lanes: LaneLayout(minimumValueBits: 16, maximumContributors: clients)),
      minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: []))
    let (ids, parameters) = (ClientID.all(cohortSize: clients), parameters)
    print("\n\(clients) clients share their secrets ...")
    let roster = ServerRoster(
      try ids.map {
        try AdvertiseKeysRound(
          id: $0, parameters: parameters,
          policy: ClientPolicy(applicationContext: parameters.applicationContext)
        ).message
      }, parameters: parameters)
    self.roster = roster
    let dealt = WorkQueue.map(clients, on: Execution()) { dealer in
      let secret = ShamirSharing.randomSecret()
      let sharing = ShamirSharing(of: secret, threshold: parameters.threshold)
      let other = ShamirSharing(of: ShamirSharing.randomSecret(), threshold: parameters.threshold)
      var shares: [SecretShare] = []
      var shareCommitments: [ShareCommitment] = []
      for holder in ids where holder != ids[dealer] {
        var bytes = SecretBytes(zeroed: SecretShare.byteCount)
        let isOther = dealers.contains(dealer) && holder.rawValue % 2 == 0
        bytes.withMutableWords { words in
          if isOther {
            other.writeShare(for: holder, to: &words, at: 0)
          } else {
            sharing.writeShare(for: holder, to: &words, at: 0)
          }
        }
        let of = DealtShares(
          session: parameters.digest, roster: roster.commitment, dealer: ids[dealer],
          holder: holder)
        bytes.withBytes { bytes in
          shareCommitments.append(ShareCommitment(to: bytes, .selfMask, of: of))
          if let share = try? SecretShare(bytes) { shares.append(share) }
        }
      }
      return (
        MaskSeeds.selfMaskCommitment(
          toSharedSecret: secret, owner: ids[dealer], session: parameters.digest),
        shareCommitments, shares
      )
    }
    commitments = dealt.map(\.0)
    shareCommitments = dealt.map(\.1)
    shares = dealt.map(\.2)
  }

  /// The last round with all answers in, some of whose shares are lies.
  func phase(lies: (_ holder: Int, _ dealer: Int) -> Bool) throws -> UnmaskingPhase {
    let everybody = [Bool](repeating: true, count: clients)
    let collected = try shares.enumerated().map { dealer, shares in
      var collected = CollectedShares()
      for (place, share) in shares.enumerated() {
        let holder = place < dealer ? place : place + 1
        collected.append(
          lies(holder, dealer)
            ? try SecretShare(bytes: share.bytes.map { $0 & 0x0f ^ 1 }) : share,
          from: roster.id(at: holder))
      }
      return collected
    }
    var sum = MaskedSum(wordCount: parameters.layout.wordCount)
    sum.add([0, UInt64(clients)])
    return UnmaskingPhase(
      CollectedInputs(
        roster: roster, commitments: commitments, shareCommitments: shareCommitments,
        isContributor: everybody, sum: sum),
      isAsked: everybody, collected: collected, hasAnswered: everybody)
  }
}
