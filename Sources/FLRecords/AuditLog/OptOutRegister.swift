/// Who has opted out, as of a line of an audit log.
///
/// `Candidates(_:optedOut:)` takes ``clients``; the round that is selected from them is recorded with
/// the register itself, so that the log shows which opt-outs it honoured.
public struct OptOutRegister: Sendable, Hashable {
  /// The clients, by the application's ids.
  public private(set) var clients: Set<UInt32> = []
  /// The number of lines that the register takes account of.
  public private(set) var line = 1

  init() {}

  /// Takes account of one more line.
  mutating func advance(to line: Int, by entry: AuditEntry) {
    switch entry {
    case .optedOut(let client): clients.insert(client)
    case .optedIn(let client): clients.remove(client)
    case .released, .overlapping, .repaired: break
    }
    self.line = line
  }
}
