/// What must hold for every entry of an audit log, when it is written as when it is read.
struct AuditRules {
  let minimumGroupSize: Int
  private(set) var register = OptOutRegister()

  /// The lines at which each client opted out, in, out, ...
  private var changes: [UInt32: [Int]] = [:]

  /// - Throws: ``AuditLogError/minimumGroupSize(found:)`` below 2: the sum of one is its update.
  init(minimumGroupSize: Int) throws(AuditLogError) {
    guard minimumGroupSize >= 2 else { throw .minimumGroupSize(found: minimumGroupSize) }
    self.minimumGroupSize = minimumGroupSize
  }

  /// Throws unless the entry may follow those taken so far.
  func check(_ entry: AuditEntry) throws(AuditLogError) {
    switch entry {
    case .released(let sum, let line, _):
      guard sum.minimumContributors >= minimumGroupSize else {
        throw .sessionMinimum(
          round: sum.round, found: sum.minimumContributors, minimum: minimumGroupSize)
      }
      guard sum.participants.count >= sum.minimumContributors else {
        throw .groupTooSmall(
          round: sum.round, found: sum.participants.count, minimum: sum.minimumContributors)
      }
      guard line >= 1, line <= register.line else {
        throw .otherRegister(round: sum.round, line: line, lines: register.line)
      }
      for client in sum.participants {
        if let since = optedOutSince(client, asOf: line) {
          throw .optedOut(round: sum.round, client: client, line: since)
        }
      }
    case .optedOut, .optedIn, .repaired: return
    }
  }

  /// Takes an entry that has been checked.
  mutating func take(_ entry: AuditEntry, line: Int) {
    switch entry {
    case .optedOut(let client) where !register.clients.contains(client),
      .optedIn(let client) where register.clients.contains(client):
      changes[client, default: []].append(line)
    default: break
    }
    register.advance(to: line, by: entry)
  }

  private func optedOutSince(_ client: UInt32, asOf line: Int) -> Int? {
    let known = (changes[client] ?? []).prefix { $0 <= line }
    return known.count % 2 == 1 ? known.last : nil
  }
}
