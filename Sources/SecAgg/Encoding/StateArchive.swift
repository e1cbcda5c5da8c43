/// Writes a state or reads it back. A type describes its fields once, in a function that exchanges each with
/// the archive: given a value it is written, given `nil` it is read.
struct StateArchive {
  private var writer = ByteWriter()
  private var reader: ByteReader

  /// The bytes of a state. Writing checks nothing and does not throw.
  static func bytes(
    label: DomainLabel, of describe: (inout StateArchive) throws(StoredStateError) -> Void
  ) -> [UInt8] {
    var archive = StateArchive(reader: .empty)
    archive.writer.write(string: label.rawValue)
    do { try describe(&archive) } catch {}
    archive.writer.write(Hashing.digest(ofRaw: archive.writer.bytes.span))
    return archive.writer.bytes
  }

  /// A state from its bytes.
  static func value<Value>(
    of bytes: [UInt8], label: DomainLabel, kind: String,
    from describe: (inout StateArchive) throws(StoredStateError) -> Value
  ) throws(StoredStateError) -> Value {
    try Checksum.verified(bytes.span) { (content) throws(StoredStateError) in
      try ByteReader.reading(content) { (reader) throws(StoredStateError) in
        var archive = StateArchive(reader: reader)
        guard try archive.reader.string() == label.rawValue else {
          throw .notThisKind(expected: kind)
        }
        let value = try describe(&archive)
        reader = archive.reader
        return value
      }
    }
  }

  private init(reader: ByteReader) { self.reader = reader }

  /// Exchanges a field.
  mutating func field<Value>(
    _ value: Value?, _ write: (inout ByteWriter, Value) -> Void,
    _ read: (inout ByteReader) throws(StoredStateError) -> Value
  ) throws(StoredStateError) -> Value {
    guard let value else { return try read(&reader) }
    write(&writer, value)
    return value
  }

  /// A field of one byte.
  mutating func byte(_ value: UInt8?) throws(StoredStateError) -> UInt8 {
    try field(value) {
      $0.write($1)
    } _: { (reader) throws(StoredStateError) in
      try reader.byte()
    }
  }

  /// Exchanges a list whose number of entries is known.
  mutating func list<Entry>(
    _ entries: [Entry]?, count: Int,
    _ exchange: (inout StateArchive, Entry?, Int) throws(StoredStateError) -> Entry
  ) throws(StoredStateError) -> [Entry] {
    var result: [Entry] = []
    result.reserveCapacity(entries?.count ?? 0)
    for index in 0..<count { result.append(try exchange(&self, entries?[index], index)) }
    return result
  }

  /// Exchanges a list after the number of its entries.
  ///
  /// - Parameter size: the bytes of an entry at least, so that no more are read than there can be.
  mutating func list<Entry>(
    _ entries: [Entry]?, entrySize size: Int,
    _ exchange: (inout StateArchive, Entry?, Int) throws(StoredStateError) -> Entry
  ) throws(StoredStateError) -> [Entry] {
    let count = try field(entries?.count) {
      $0.write(count: $1)
    } _: {
      (reader) throws(StoredStateError) in
      try reader.listCount(entrySize: size)
    }
    return try list(entries, count: count, exchange)
  }

  /// A flag for each client of a roster.
  mutating func flags(_ flags: [Bool]?, count: Int) throws(StoredStateError) -> [Bool] {
    try list(flags, count: count) { (archive, flag, _) throws(StoredStateError) in
      let byte = try archive.byte(flag.map { $0 ? 1 : 0 })
      guard byte <= 1 else { throw .invalidField("flag") }
      return byte == 1
    }
  }

  /// An entry that may be missing, after a byte that says whether it is there.
  mutating func optional<Entry>(
    _ entry: Entry??, named name: String,
    _ exchange: (inout StateArchive, Entry?) throws(StoredStateError) -> Entry
  ) throws(StoredStateError) -> Entry? {
    switch try byte(entry.map { $0 == nil ? 0 : 1 }) {
    case 0: return nil
    case 1: return try exchange(&self, entry ?? nil)
    default: throw .invalidField(name)
    }
  }

  mutating func digest(_ value: Digest?) throws(StoredStateError) -> Digest {
    try field(value) {
      $0.write($1)
    } _: {
      (reader) throws(StoredStateError) in
      try reader.digest()
    }
  }

  mutating func clientID(_ value: ClientID?) throws(StoredStateError) -> ClientID {
    try field(value) {
      $0.write($1)
    } _: {
      (reader) throws(StoredStateError) in
      try reader.clientID()
    }
  }

  mutating func publicKey(_ value: PublicKey?) throws(StoredStateError) -> PublicKey {
    try field(value) {
      $0.write($1)
    } _: {
      (reader) throws(StoredStateError) in
      try reader.publicKey()
    }
  }

  mutating func signature(_ value: Signature?) throws(StoredStateError) -> Signature {
    try field(value) {
      $0.write(raw: $1.bytes)
    } _: {
      (reader) throws(StoredStateError) in
      try reader.signature()
    }
  }
}
