internal import SecAgg

/// A look at the fields of a message, nested ones included, before protobuf decodes them.
///
/// Decoding trusts its input too much: an empty list entry of 2 bytes takes more than 60 in memory,
/// a body in pieces is copied again for each piece, and 8 MB of unknown fields take more than half
/// a second before a receiver can reject them. Reading the outline does not allocate, takes time
/// proportional to the number of fields, and ends at the first fault.
struct MessageOutline {
  /// A body with exactly one field, a byte string.
  struct LoneEntry {
    /// The number of the body and, within it, that of the byte string.
    struct Path: Equatable {
      let body: UInt64
      let entry: UInt64
    }

    /// The body with its number and its length.
    let body: Range<Int>
    /// The content of the byte string.
    let content: Range<Int>
  }

  private let bytes: [UInt8]

  /// The number of the body, the range of its content, and its range with number and length.
  private var body: (number: UInt64, content: Range<Int>, field: Range<Int>)?

  // The bodies of both envelopes have these numbers.
  private static let bodies: ClosedRange<UInt64> = 10...14

  /// Reads the outline of an envelope, or of parameters.
  ///
  /// - Throws: `WireError` that names `sender`, in the order of Docs/Specification.md, section 13: the
  ///   fields of the outermost message first, then its version, then the fields of the body.
  init(
    of bytes: [UInt8], as schema: MessageSchema, isEnvelope: Bool, from sender: ClientID?
  ) throws(WireError) {
    self.bytes = bytes
    do throws(Fault) {
      try readOutermost(schema, isEnvelope: isEnvelope)
      guard let body, case .message(let inner) = schema[body.number] else { return }
      var reader = BodyReader(bytes)
      try reader.read(body.content, as: inner, isBody: true)
    } catch {
      throw WireError(sender: sender, reason: error.reason)
    }
  }

  private mutating func readOutermost(
    _ schema: MessageSchema, isEnvelope: Bool
  ) throws(Fault) {
    var (version, hasUnknownFields, seen) = (UInt32(0), false, UInt64(0))
    var cursor = FieldCursor(bytes, in: bytes.indices)
    var start = cursor.position
    while let field = try cursor.nextField() {
      defer { start = cursor.position }
      if isEnvelope, field.number < UInt64.bitWidth {
        let bit: UInt64 = 1 << field.number
        guard seen & bit == 0 else { throw Fault(.repeatedField(number: Int(field.number))) }
        seen |= bit
      }
      if isEnvelope, Self.bodies.contains(field.number), case .content(let content) = field.value {
        guard body == nil else { throw Fault(.repeatedField(number: Int(field.number))) }
        body = (field.number, content, start..<cursor.position)
      }
      switch (schema[field.number], field.value) {
      case (.number, .number(let value)):
        if field.number == WireFormat.versionField { version = UInt32(truncatingIfNeeded: value) }
      case (.bytes, .content), (.message, .content): break
      default: hasUnknownFields = true
      }
    }
    // Another version may have other fields.
    guard version == WireFormat.version else { throw Fault(.unsupportedVersion(found: version)) }
    guard !hasUnknownFields else { throw Fault(.unknownFields(message: schema.name)) }
  }

  /// Returns the place of the body's byte string, if the message has exactly this body and the body
  /// has exactly this entry.
  func loneEntry(of path: LoneEntry.Path) -> LoneEntry? {
    guard let body, body.number == path.body else { return nil }
    var cursor = FieldCursor(bytes, in: body.content)
    guard let entry = try? cursor.next(), entry.number == path.entry,
      case .content(let content) = entry.value, cursor.isAtEnd
    else { return nil }
    return LoneEntry(body: body.field, content: content)
  }
}

/// Reads the fields of a body and of the messages in it, in the order of the bytes, and counts them.
private struct BodyReader {
  private let bytes: [UInt8]
  private var (entryCount, fieldCount, elementCount) = (0, 0, 0)

  // No valid message has more. The smallest list entry, a revealed share, has 48 bytes and 4
  // fields, including the entry itself. Few fields are not part of entries.
  private let maximumEntryCount: Int
  private let maximumFieldCount: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    maximumEntryCount = 8 + bytes.count / 32
    maximumFieldCount = 16 + bytes.count / 12
  }

  mutating func read(
    _ range: Range<Int>, as schema: MessageSchema, isBody: Bool
  ) throws(Fault) {
    var cursor = FieldCursor(bytes, in: range)
    while let field = try cursor.nextField() {
      switch (schema[field.number], field.value) {
      case (.number, .number):
        try count(isEntry: false)
      case (.bytes, .content):
        try count(isEntry: isBody)
      case (.message(let inner), .content(let content)):
        try count(isEntry: isBody)
        try read(content, as: inner, isBody: false)
      case (.numbers(let name), .number):
        try count(elements: 1, of: name)
      case (.numbers(let name), .content(let content)):
        try count(isEntry: isBody)
        // The last byte of a varint is below 128.
        try count(elements: bytes[content].count { $0 < 128 }, of: name)
      default:
        throw Fault(.unknownFields(message: schema.name))
      }
    }
  }

  private mutating func count(isEntry: Bool) throws(Fault) {
    fieldCount += 1
    entryCount += isEntry ? 1 : 0
    guard entryCount <= maximumEntryCount else {
      throw Fault(.tooLarge(field: "body", found: entryCount, atMost: maximumEntryCount))
    }
    guard fieldCount <= maximumFieldCount else {
      throw Fault(.tooLarge(field: "body", found: fieldCount, atMost: maximumFieldCount))
    }
  }

  private mutating func count(elements: Int, of name: String) throws(Fault) {
    elementCount += elements
    guard elementCount <= WireFormat.maximumEntryCount else {
      throw Fault(.tooLarge(field: name, found: elementCount, atMost: WireFormat.maximumEntryCount))
    }
  }
}

/// The first fault of an outline.
private struct Fault: Error {
  let reason: WireError.Reason

  init(_ reason: WireError.Reason) { self.reason = reason }
}

extension FieldCursor {
  /// Returns the next field, or `nil` at the end.
  fileprivate mutating func nextField() throws(Fault) -> Field? {
    do throws(Malformed) { return try next() } catch { throw Fault(.malformed) }
  }
}

/// Iterates over the fields of one protobuf message without decoding their content, and without
/// allocating.
struct FieldCursor {
  struct Field {
    /// The wire value of a field.
    enum Value {
      /// A varint.
      case number(UInt64)
      /// A number of 4 or 8 bytes. No field of SecAgg has this type.
      case fixed
      /// The range of the bytes of a string, a nested message or a packed list.
      case content(Range<Int>)
    }

    let number: UInt64
    let value: Value
  }

  /// Bytes that are not a field, or end within one.
  struct Malformed: Error {}

  /// Protobuf's limit, 2^29 - 1.
  private static let largestNumber: UInt64 = 1 << 29 - 1

  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  /// - Parameter range: the range of the message within `bytes`.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }

  /// Returns the next field, or `nil` at the end. Groups are malformed: proto3 does not have them.
  mutating func next() throws(Malformed) -> Field? {
    guard !isAtEnd else { return nil }
    let tag = try takeVarint()
    let number = tag >> 3
    guard number >= 1, number <= Self.largestNumber else { throw Malformed() }
    switch tag & 7 {
    case 0: return Field(number: number, value: .number(try takeVarint()))
    case 1:
      _ = try take(8)
      return Field(number: number, value: .fixed)
    case 2: return Field(number: number, value: .content(try take(takeVarint())))
    case 5:
      _ = try take(4)
      return Field(number: number, value: .fixed)
    default: throw Malformed()
    }
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> Range<Int> {
    guard count <= UInt64(end - position) else { throw Malformed() }
    let start = position
    position += Int(count)
    return start..<position
  }

  private mutating func takeVarint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { throw Malformed() }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    throw Malformed()
  }
}
