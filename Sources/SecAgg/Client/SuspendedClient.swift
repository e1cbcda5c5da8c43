/// The stored form of a client between two rounds: a label, the round, the session's parameters,
/// the round's own fields, a checksum.
enum SuspendedClient {
  private static let formatVersion: UInt8 = 2

  static func writer(_ round: ProtocolRound, _ context: ClientContext) -> SecretWriter {
    var writer = SecretWriter()
    writer.write {
      $0.write(string: DomainLabel.clientState.rawValue)
      $0.write(formatVersion)
      $0.write(round.rawValue)
      context.write(to: &$0)
    }
    return writer
  }

  static func resume<Round: ~Copyable>(
    _ bytes: borrowing SecretBytes, _ round: ProtocolRound,
    _ body: (inout ByteReader, ClientContext) throws(StoredStateError) -> Round
  ) throws(ClientError) -> Round {
    do {
      return try bytes.withBytes { (span) throws(StoredStateError) -> Round in
        try Checksum.verified(span) { (content) throws(StoredStateError) -> Round in
          try ByteReader.reading(content) { (reader) throws(StoredStateError) -> Round in
            let label = try reader.string()
            let version = try reader.byte()
            let storedRound = try reader.byte()
            guard label == DomainLabel.clientState.rawValue, version == formatVersion,
              storedRound == round.rawValue
            else { throw .notThisKind(expected: "a client suspended in round \"\(round)\"") }
            return try body(&reader, try ClientContext(from: &reader))
          }
        }
      }
    } catch {
      throw .notResumable(error)
    }
  }
}
