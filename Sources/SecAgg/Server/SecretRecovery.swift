/// A secret that the server needs, with the shares of it that were revealed.
struct WantedSecret: Sendable {
  let kind: SecretKind
  let dealer: ClientID
  let shares: CollectedShares
}

/// Recovers secrets from revealed shares, and names the clients that lied where some did
/// (specification, section 12).
///
/// Nearly all shares are right. So each secret is first interpolated from its first holders, and no
/// share is looked at. Only if the result is not what its dealer published are its shares compared with the
/// dealer's commitments: one hash each. Holders that lied are avoided from then on. A few secrets are checked
/// first: clients that lie about all secrets are found there, and cost no more checks. Then all that are
/// left are checked. Whatever the lies, no secret is interpolated more than three times, and no share is
/// hashed more than once.
struct SecretRecovery: ~Copyable {
  private let threshold: Int
  private let execution: Execution
  private let watch: ProgressWatch
  private var wanted: [WantedSecret]
  private var table: SecretTable
  /// The secrets that are neither recovered nor given up, in order.
  private var open: [Int]
  private var isChecked: [Bool]
  private var liars = SuspectedHolders()
  private var faults: [ShareFault]

  /// - Parameters:
  ///   - unopened: the faults that holders have reported.
  ///   - watch: is told of the shares that are interpolated, `work(for:threshold:)` in all.
  init(
    of wanted: [WantedSecret], unopened: [ShareFault], threshold: Int, on execution: Execution,
    watch: ProgressWatch
  ) {
    faults = unopened
    self.wanted = wanted
    self.threshold = threshold
    self.execution = execution
    self.watch = watch
    table = SecretTable(rowCount: wanted.count, rowSize: ShamirSharing.secretByteCount)
    open = Array(wanted.indices)
    isChecked = wanted.map { _ in false }
  }

  /// How many secrets are checked at first.
  private static let firstChecked = 16

  /// How much of a watch's work it is to recover so many secrets.
  static func work(for secretCount: Int, threshold: Int) -> Int { secretCount * threshold }

  /// Recovers all secrets.
  ///
  /// Complexity: O(t) multiplications for each secret if nearly all have the same first holders, O(t^2)
  /// otherwise. Where clients lied, at most one hash for each revealed share.
  ///
  /// - Parameters:
  ///   - isConfirmed: whether a secret is the one that its dealer published.
  ///   - wrongPlaces: the places of those shares of a dealer's secret that the dealer did not make.
  /// - Returns: the secrets and all faults.
  /// - Throws: `.sharesMissing`, `.sharesWrong`, `.cancelled`.
  consuming func recover(
    isConfirmed: @Sendable (ClientID, borrowing SecretBytes) -> Bool,
    wrongPlaces: @Sendable (ClientID, CollectedShares) -> [Int]
  ) throws(ServerError) -> RecoveredSecrets {
    if let short = wanted.first(where: { $0.shares.count < threshold }) {
      throw missing(short, shares: short.shares.count)
    }
    try interpolate(isConfirmed)
    var lost: Int?
    for count in [Self.firstChecked, wanted.count] where !open.isEmpty {
      let short = try check(count, wrongPlaces)
      lost = [lost, short.first].compactMap(\.self).min()
      let isShort = Set(short)
      open.removeAll { isShort.contains($0) }
      try interpolate(isConfirmed)
    }
    if faults.contains(where: { $0.finding == .wrongSecret }) {
      throw .sharesWrong(faults: faults.inOrder)
    }
    if let lost { throw missing(wanted[lost], shares: wanted[lost].shares.count) }
    let rows = Dictionary(
      wanted.enumerated().map { ($1.dealer, $0) }, uniquingKeysWith: { first, _ in first })
    return RecoveredSecrets(table: table, rows: rows, faults: faults.inOrder)
  }

  private func missing(_ secret: WantedSecret, shares found: Int) -> ServerError {
    .sharesMissing(
      dealer: secret.dealer, kind: secret.kind, found: found, threshold: threshold,
      faults: faults.inOrder)
  }

  /// Interpolates the open secrets. Those that are confirmed are no longer open, and those of which all
  /// shares are right are their dealers' faults. Left for the check are those that would need unchecked
  /// shares of liars: they are seldom right, and holders that differ for each secret take t^2 / 3
  /// multiplications.
  private mutating func interpolate(
    _ isConfirmed: @Sendable (ClientID, borrowing SecretBytes) -> Bool
  ) throws(ServerError) {
    let (open, wanted, threshold, liars, watch) = (open, wanted, threshold, liars, watch)
    let isChecked = isChecked
    let choices = WorkQueue.map(open.count, grain: 16, on: execution) { item in
      let choice = wanted[open[item]].shares.firstHolders(threshold, last: liars)
      let isPromising = isChecked[open[item]] || !choice.includesSuspects
      return isPromising ? choice : CollectedShares.Choice()
    }
    let common = Self.commonInterpolation(of: choices.map(\.holders), threshold: threshold)
    let isRecovered = table.setRows(open, on: execution) { item in
      guard watch.hasCompleted(threshold) else { return nil }
      let choice = choices[item]
      guard !choice.places.isEmpty else { return nil }
      let shares = wanted[open[item]].shares.shares
      let interpolation =
        common?.through(choice.holders) ?? LagrangeInterpolation(holders: choice.holders)
      let secret = interpolation.secret(from: shares, at: choice.places)
      guard isConfirmed(wanted[open[item]].dealer, secret) else { return nil }
      return secret
    }
    guard !watch.isCancelled else { throw .cancelled }
    self.open = []
    for (index, isRecovered) in zip(open, isRecovered) where !isRecovered {
      if isChecked[index] {
        let (dealer, kind) = (wanted[index].dealer, wanted[index].kind)
        faults.append(
          ShareFault(holder: dealer, dealer: dealer, kind: kind, finding: .wrongSecret))
      } else {
        self.open.append(index)
      }
    }
  }

  /// The interpolation through all holders that are needed for some secret; `nil` if they are so many
  /// that each secret had better have its own.
  ///
  /// In a complete graph these are one more than the threshold: all secrets have the same first holders,
  /// but that a dealer holds no share of its own secret.
  private static func commonInterpolation(
    of choices: [[ClientID]], threshold: Int
  ) -> LagrangeInterpolation? {
    let largest = choices.lazy.compactMap(\.last).max() ?? nil
    guard let largest else { return nil }
    var isNeeded = [Bool](repeating: false, count: Int(largest.rawValue) + 1)
    for choice in choices { for holder in choice { isNeeded[Int(holder.rawValue)] = true } }
    let holders = isNeeded.indices.filter { isNeeded[$0] }.compactMap { ClientID(UInt32($0)) }
    guard holders.count < 2 * threshold else { return nil }
    return LagrangeInterpolation(holders: holders)
  }

  /// Compares the shares of the first `count` open secrets that were not checked before with their
  /// dealers' commitments, and removes the wrong ones.
  ///
  /// - Returns: the secrets that have too few shares left, in order.
  private mutating func check(
    _ count: Int, _ wrongPlaces: @Sendable (ClientID, CollectedShares) -> [Int]
  ) throws(ServerError) -> [Int] {
    let chosen = Array(open.lazy.filter { [isChecked] in !isChecked[$0] }.prefix(count))
    let (wanted, watch) = (wanted, watch)
    let found = WorkQueue.map(chosen.count, on: execution) { item in
      let secret = wanted[chosen[item]]
      return watch.hasCompleted(0) ? wrongPlaces(secret.dealer, secret.shares) : []
    }
    guard !watch.isCancelled else { throw .cancelled }
    var lost: [Int] = []
    for (index, places) in zip(chosen, found) {
      let secret = wanted[index]
      var shares = secret.shares
      for place in places {
        liars.insert(shares.holders[place])
        faults.append(
          ShareFault(
            holder: shares.holders[place], dealer: secret.dealer, kind: secret.kind,
            finding: .wrongShare))
      }
      shares.remove(at: places)
      self.wanted[index] = WantedSecret(kind: secret.kind, dealer: secret.dealer, shares: shares)
      isChecked[index] = true
      if shares.count < threshold { lost.append(index) }
    }
    return lost
  }
}

/// The secrets of a session that were recovered, one of each dealer, and all faults.
struct RecoveredSecrets: ~Copyable, Sendable {
  private let table: SecretTable
  private let rows: [ClientID: Int]
  let faults: [ShareFault]

  init(table: consuming SecretTable, rows: [ClientID: Int], faults: [ShareFault]) {
    self.table = table
    self.rows = rows
    self.faults = faults
  }

  /// The secret of a dealer; `nil` if it was not asked for.
  func secret(of dealer: ClientID) -> SecretBytes? {
    guard let row = rows[dealer] else { return nil }
    return table.secret(at: row)
  }
}

/// The shares of one secret that have been revealed, in order of arrival.
struct CollectedShares: Sendable, Hashable {
  private(set) var holders: [ClientID] = []
  private(set) var shares: [SecretShare] = []

  var count: Int { holders.count }

  mutating func append(_ share: SecretShare, from holder: ClientID) {
    holders.append(holder)
    shares.append(share)
  }

  /// Some holders, in id order, and where their shares are.
  struct Choice: Sendable {
    fileprivate(set) var holders: [ClientID] = []
    fileprivate(set) var places: [Int] = []
    fileprivate(set) var includesSuspects = false
  }

  /// The first `count` holders in id order, those of `liars` behind all others; none if there are fewer.
  ///
  /// Complexity: O(n) if the shares came in id order, O(n log n) otherwise.
  func firstHolders(_ count: Int, last liars: SuspectedHolders) -> Choice {
    guard holders.count >= count else { return Choice() }
    let places = placesInOrder
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    for rank in holders.indices where chosen.count < count {
      let place = places?[rank] ?? rank
      if !liars.contains(holders[place]) { chosen.append(place) }
    }
    let innocentCount = chosen.count
    if innocentCount < count {
      for rank in holders.indices where chosen.count < count {
        let place = places?[rank] ?? rank
        if liars.contains(holders[place]) { chosen.append(place) }
      }
      chosen.sort { holders[$0] < holders[$1] }
    }
    return Choice(
      holders: chosen.map { holders[$0] }, places: chosen, includesSuspects: innocentCount < count)
  }

  /// The places of the holders in id order; `nil` if that is the order in which the shares came.
  private var placesInOrder: [Int]? {
    var previous: UInt32 = 0
    var isInOrder = true
    for holder in holders {
      if holder.rawValue < previous { isInOrder = false }
      previous = holder.rawValue
    }
    guard !isInOrder else { return nil }
    // The id above the place: comparing numbers is fast, and ids are all different.
    return holders.enumerated().map { UInt64($1.rawValue) << 32 | UInt64($0) }.sorted()
      .map { Int($0 & 0xffff_ffff) }
  }

  /// Removes the shares at these places, which are in ascending order.
  mutating func remove(at places: [Int]) {
    var (kept, gone) = (0, 0)
    for place in holders.indices {
      if gone < places.count, places[gone] == place {
        gone += 1
      } else {
        holders[kept] = holders[place]
        shares[kept] = shares[place]
        kept += 1
      }
    }
    holders.removeSubrange(kept...)
    shares.removeSubrange(kept...)
  }
}

/// Holders that have revealed a wrong share: their other shares are used last.
struct SuspectedHolders: Sendable {
  private var isSuspected: [Bool] = []

  mutating func insert(_ holder: ClientID) {
    let index = Int(holder.rawValue)
    if index >= isSuspected.count {
      isSuspected += Array(repeating: false, count: index + 1 - isSuspected.count)
    }
    isSuspected[index] = true
  }

  @inline(__always)
  func contains(_ holder: ClientID) -> Bool {
    let index = Int(holder.rawValue)
    return index < isSuspected.count && isSuspected[index]
  }
}
