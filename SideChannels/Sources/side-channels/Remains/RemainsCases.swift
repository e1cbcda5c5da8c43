@testable internal import SecAgg

/// After each round all of the process's memory is searched: there must be the secrets that the
/// next rounds need, by which it is known that the search finds what is there, and no others.
enum RemainsCases {
  static func run() throws -> Bool {
    var (cases, failures) = (0, 0)
    func check(_ when: String, _ search: MemorySearch, _ expected: Set<String>) {
      let found = search.found()
      cases += 1
      if found != expected { failures += 1 }
      let left = found.subtracting(expected).sorted()
      let missing = expected.subtracting(found).sorted()
      print(
        "in memory \(when) | \(found.count) kind(s) of secrets | "
          + (found == expected ? "ok" : "FAIL: left \(left), not found \(missing)"))
    }

    let client = try KnownClient()
    let (context, announcement, delivery) = (client.context, client.announcement, client.delivery)
    let (request, input, search) = (client.request, client.input, client.search)
    check(
      "before the session", search,
      ["sealing private key", "mask secret", "self-mask secret", "coefficients"])

    let advertising = try AdvertiseKeysRound(
      restoring: AdvertiseKeysRound(
        context: context, sealingPrivateKey: client.sealingPrivateKey,
        maskSecret: client.maskSecret
      ).stored())
    check(
      "in round 0, resumed", search,
      [
        "sealing private key", "mask secret", "mask private key", "self-mask secret",
        "coefficients",
      ])

    let roster = try ClientRoster(
      announcement, for: context, own: advertising.message, identities: nil)
    let shared = try advertising.shareKeys(with: roster, drawing: client.sharing, on: Execution())
    let neededInRound1: Set = ["agreed sealing secrets", "mask private key", "self-mask secret"]
    check("in round 1", search, neededInRound1)
    let sharing = try restored(shared)
    check("in round 1, resumed", search, neededInRound1)

    let masked = try sharing.maskInput(input, delivery: delivery)
    check("in round 2", search, ["agreed sealing secrets"])
    let masking = try restored(masked)
    check("in round 2, resumed", search, ["agreed sealing secrets"])

    let answer = try masking.unmask(request)
    check("at the end, \(answer.shares.count) shares revealed", search, [])
    print("\(cases - failures) passed, \(failures) failed")
    return failures == 0
  }

  // The stored rounds end here: a value that lived on would keep its secrets.

  private static func restored(_ round: consuming ShareKeysRound) throws -> ShareKeysRound {
    try ShareKeysRound(restoring: round.stored())
  }

  private static func restored(_ round: consuming MaskedInputRound) throws -> MaskedInputRound {
    try MaskedInputRound(restoring: round.stored())
  }
}
