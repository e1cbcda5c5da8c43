public import FLMath

/// The privacy budget of a training, on disk: an event is recorded before its noise is drawn, and a
/// round that would exceed the budget is rejected before it starts.
///
/// The ledger is an append-only file of JSON lines, with a small file beside it (`.head`) that has
/// the number of lines. Opening reads the whole ledger and computes the spent epsilon from its
/// events. An open ledger is locked, so that no two processes spend the same budget.
///
/// ``spend(_:for:)`` writes the line, waits until it is on disk, replaces the head, waits again,
/// and only then returns. If the process ends or the power fails
///
/// - before the line is written: the round is not in the ledger, and nothing was released;
/// - while it is written: opening throws ``FLRecordsError/File/tornWrite(path:line:bytes:)``.
///   ``repair(at:budget:accountant:countingAsSpent:for:)`` replaces the line by a record that the
///   round is spent;
/// - after that, before the head is replaced: opening finds one more complete line than the head
///   has, and counts it as spent;
/// - later: the ledger has both the line and the head.
///
/// On creation the file gets its name when its first line is on disk. The head follows. If the
/// process ends in between, opening throws ``FLRecordsError/File/headMissing(path:)``, and the file can
/// be deleted.
///
/// The choice of events may depend on earlier results if the accountant is a privacy filter for
/// them (`PrivacyAccountant.isFilter(for:)`): it stops before any choice exceeds the budget.
///
/// - `ZeroConcentratedAccountant` is a filter for all of its events.
/// - `RenyiAccountant` is a filter if it has one order. The order is in the first line of the file
///   and never changes, not even when the budget is raised.
///   `RenyiAccountant.init(relation:planned:delta:)` finds the best one for the rounds as planned.
/// - `PrivacyLossAccountant` is a filter for Gaussian noise without sampling.
///
/// In every other case the ledger accepts only events of the same kind as the first: the same noise
/// and the same sampling. Choose them before the first release. The number of rounds may depend on
/// results.
///
/// The guarantee is that of the budget. If a raise depends on results, the guarantee is that of the largest
/// budget to which it could have been raised: fix that limit beforehand.
///
/// Damaged, missing, exchanged and repeated lines are rejected. So are lines missing at the end, a
/// missing file and a missing head; none of these counts as an empty ledger. The ledger cannot
/// notice that both files were deleted or replaced by an old copy. Digests are not signatures: a
/// process with write access to the folder can forge a ledger.
public struct PrivacyLedger: ~Copyable, Sendable {
  private var file: ChainedFile
  private var account: PrivacyAccount

  /// Opens a ledger, or begins one if there is neither the file nor its head.
  ///
  /// - Parameters:
  ///   - path: the ledger; its head is beside it, with `.head` behind the name.
  ///   - budget: the budget; it must be exactly that of an existing ledger.
  ///   - accountant: an accountant without composed events. The ledger keeps its kind and its
  ///     neighbouring relation, and the order of a `RenyiAccountant` of one order.
  /// - Throws: ``FLRecordsError``.
  /// - Complexity: O(lines), and the cost of composing each kind of event once.
  public init(
    at path: String, budget: PrivacyBudget, accountant: some PrivacyAccountant
  ) throws(FLRecordsError) {
    // This throws before a file is created.
    let settings = try AccountSettings(budget: budget, accountant: accountant)
    let header = RecordHeader(
      format: LedgerRecord.format, version: LedgerRecord.version, settings: settings)
    try ChainedFile.createIfAbsent(path, first: RecordCoding.encode(header, for: path))
    var reader = try ChainReader(path, for: .appending)
    let replay = try LedgerReplay(&reader, budget: budget, accountant: accountant)
    file = try reader.makeAppendable()
    account = replay.account
  }

  /// The budget of all events together.
  public var budget: PrivacyBudget { account.budget }

  /// The relation for which the guarantee holds.
  public var relation: NeighbouringRelation { account.relation }

  /// The only order at which Renyi divergences are added up; `nil` for several orders and for other
  /// accountants.
  public var order: Double? { account.order }

  /// The epsilon, at the budget's delta, of all events in the ledger. It is above the budget only
  /// after a repair, and infinite if the accountant has no bound.
  public var epsilonSpent: Double { account.epsilonSpent }

  /// Returns the least probability that an adversary misses a client's data, for each probability
  /// of a false alarm. The adversary sees the results of all events in the ledger.
  ///
  /// - Parameter count: see `TradeOffCurve.init(of:count:)`.
  /// - Throws: ``FLRecordsError/mathematics(_:)``.
  public func tradeOffCurve(count: Int = 100) throws(FLRecordsError) -> TradeOffCurve {
    try account.tradeOffCurve(count: count)
  }

  /// Records an event, and returns when it is on disk. Draw the noise only after that.
  ///
  /// A repeated round is another round and costs again. A round that fails after this call is
  /// spent.
  ///
  /// - Parameter round: the application's number of the round, for readers of the ledger.
  /// - Throws: ``FLRecordsError/Ledger/exceedsBudget(round:spent:after:budget:)``,
  ///   ``FLRecordsError/Ledger/otherKind(recorded:given:)`` or ``FLRecordsError/mathematics(_:)``
  ///   before anything is written; ``FLRecordsError/file(_:)`` if writing fails. The event may
  ///   be recorded then: do not draw its noise, and open the ledger again.
  public mutating func spend(_ event: PrivacyEvent, for round: Int) throws(FLRecordsError) {
    let next = try account.after([event])
    guard next.isWithinBudget else {
      throw .ledger(
        .exceedsBudget(
          round: round, spent: epsilonSpent, after: next.epsilonSpent, budget: budget))
    }
    try append(.spent(round: round, event: event, epsilon: next.epsilonSpent))
    account = next
  }

  /// Returns whether ``spend(_:for:)`` would record the event.
  ///
  /// - Throws: ``FLRecordsError/mathematics(_:)``.
  public func affords(_ event: PrivacyEvent) throws(FLRecordsError) -> Bool {
    try account.after([event]).isWithinBudget
  }

  /// Returns how many more such events fit in the budget, up to 2^30.
  ///
  /// - Throws: ``FLRecordsError/mathematics(_:)``.
  public func remainingRounds(of event: PrivacyEvent) throws(FLRecordsError) -> Int {
    try account.remainingRounds(of: event)
  }

  /// Raises the budget's epsilon and records that in its own line. From then on, open the ledger
  /// with the raised budget.
  ///
  /// - Throws: ``FLRecordsError/Ledger/notARaise(from:to:)``, ``FLRecordsError/file(_:)``.
  public mutating func raiseBudget(to epsilon: Double) throws(FLRecordsError) {
    var next = account
    try next.raiseBudget(to: epsilon)
    try append(.raised(epsilon: epsilon))
    account = next
  }

  private mutating func append(_ record: LedgerRecord) throws(FLRecordsError) {
    try file.append(RecordCoding.encode(record, for: file.path))
  }
}

extension PrivacyLedger {
  /// Replaces the torn last line of a ledger by a record that its round is spent.
  ///
  /// Its noise was not drawn, since `spend` did not return. The event counts nevertheless, even
  /// above the budget. An interrupted repair can be repeated.
  ///
  /// - Parameters:
  ///   - event: the event that the round was about to spend. If you are not sure, pass the most
  ///     expensive candidate.
  ///   - round: the number of the round.
  /// - Throws: ``FLRecordsError``; ``FLRecordsError/File/nothingToRepair(path:)`` if the last line
  ///   is complete. Only a torn last line is repaired.
  public static func repair(
    at path: String, budget: PrivacyBudget, accountant: some PrivacyAccountant,
    countingAsSpent event: PrivacyEvent, for round: Int
  ) throws(FLRecordsError) {
    var reader = try ChainReader(path, for: .repairing)
    let account = try LedgerReplay(&reader, budget: budget, accountant: accountant).account
    // This throws before anything is written: a ledger with events that cannot be composed cannot
    // be opened.
    _ = try account.after([event])
    let torn = try reader.tornBytes()
    let record = LedgerRecord.repaired(round: round, event: event, bytes: torn)
    try reader.replaceTorn(torn, by: RecordCoding.encode(record, for: path))
  }
}

extension FLRecordsError {
  /// The reason why a privacy ledger rejects a call.
  public enum Ledger: Hashable, Sendable {
    /// Epsilon must be finite and above 0, delta above 0 and below 1.
    case budget(epsilon: Double, delta: Double)
    /// The ledger was created with another budget, or its budget has been raised since.
    case otherBudget(path: String, recorded: PrivacyBudget, given: PrivacyBudget)
    /// The ledger was created under another neighbouring relation.
    case otherRelation(
      path: String, recorded: NeighbouringRelation, given: NeighbouringRelation)
    /// The ledger was created with another kind of accountant.
    case otherAccountant(path: String, recorded: String, given: String)
    /// The ledger was created with another Renyi order; `nil` stands for several.
    case otherOrder(path: String, recorded: Double?, given: Double?)
    /// The event has another kind than those in the ledger, and the accountant is not a privacy
    /// filter for both. Nothing was written.
    case otherKind(recorded: PrivacyEvent, given: PrivacyEvent)
    /// The accountant has composed events already, which are not in the ledger.
    case accountantInUse(epsilon: Double)
    /// The round would exceed the budget. Nothing was written.
    case exceedsBudget(round: Int, spent: Double, after: Double, budget: PrivacyBudget)
    /// The new epsilon of a budget must be larger than the old one.
    case notARaise(from: Double, to: Double)
  }
}

extension FLRecordsError.Ledger: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .budget(let epsilon, let delta):
      "Expected a finite epsilon above 0 and a delta above 0 and below 1, got epsilon "
        + "\(epsilon) and delta \(delta). Correct them."
    case .otherBudget(let path, let recorded, let given):
      "Expected the budget of \(path), epsilon \(recorded.epsilon) at delta "
        + "\(recorded.delta), got epsilon \(given.epsilon) at delta \(given.delta). Open the "
        + "file with its own budget, and call raiseBudget if you mean to raise it."
    case .otherRelation(let path, let recorded, let given):
      "Expected the relation of \(path), \(recorded.rawValue), got \(given.rawValue). Open "
        + "the file with its own relation: the figures of one mean nothing under the other."
    case .otherAccountant(let path, let recorded, let given):
      "Expected a \(recorded) for \(path), got a \(given). Open the file with the kind of "
        + "accountant that it was created with."
    case .otherOrder(let path, let recorded, let given):
      "Expected a Renyi accountant with \(Self.text(recorded)) for \(path), got one with \(Self.text(given)); pass "
        + "one with the orders that the ledger was begun with."
    case .otherKind(let recorded, let given):
      "Expected \(recorded.mechanism) with sampling \(recorded.sampling), as in all events of the file, got "
        + "\(given.mechanism) with sampling \(given.sampling); this accountant proves nothing if events are chosen "
        + "in the light of results: keep to one kind, or begin a file with a RenyiAccountant of one order."
    case .accountantInUse(let epsilon):
      "Expected an accountant that has composed nothing, got one that has composed events worth an epsilon of "
        + "\(epsilon), which are not in the file; pass a new one, and spend those events from the file."
    case .exceedsBudget(let round, let spent, let after, let budget):
      "Expected round \(round) to stay within the budget, which is \(budget.epsilon) at "
        + "delta \(budget.delta), but epsilon would grow from \(spent) to \(after), and only "
        + "\(max(0, budget.epsilon - spent)) is left. Stop here, or add noise."
    case .notARaise(let current, let new):
      "Expected a finite epsilon above the present \(current), got \(new). Pass a larger "
        + "epsilon."
    }
  }

  private static func text(_ order: Double?) -> String {
    order.map { "the one order \($0)" } ?? "several orders"
  }
}
