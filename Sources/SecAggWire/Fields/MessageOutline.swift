/// A look at an envelope and the fields of its body before protobuf decodes them.
///
/// Decoding trusts its input more than a server can: an empty list entry of 2 bytes becomes more than
/// 60 in memory, and a body that comes in pieces is copied anew for each of them. Ten
/// megabytes of empty entries took 300 MB. The outline is read without allocating, in time
/// proportional to the number of fields.
struct MessageOutline {
  /// The number of some field of the envelope that is there twice, or of a second body.
  private(set) var repeatedField: Int?

  /// How many byte strings and nested messages the bodies hold, list entries above all.
  private(set) var entryCount = 0

  /// More than any message of so many bytes can hold in a valid way.
  let maximumEntryCount: Int

  /// A body that holds one byte string and nothing else.
  struct LoneEntry {
    /// The number of the body and, within it, that of the byte string.
    struct Path: Equatable {
      let body: UInt64
      let entry: UInt64
    }

    let path: Path
    /// The body with its number and its length.
    let body: Range<Int>
    /// What the byte string holds.
    let content: Range<Int>
  }

  private var loneEntry: LoneEntry?

  /// Where the only body's only byte string is, if that is all there is, under these numbers.
  func loneEntry(of path: LoneEntry.Path) -> LoneEntry? {
    loneEntry?.path == path ? loneEntry : nil
  }

  // The bodies of both envelopes have these numbers.
  private static let bodies: ClosedRange<UInt64> = 10...14

  // The smallest entry, a revealed share, takes more than 40 bytes. Fields that are no entries are
  // few.
  private static let leastByteCountOfEntry = 32
  private static let otherFieldCount = 8

  /// Reads the outline of an envelope; `nil` if there is none.
  init?(ofEnvelope bytes: [UInt8]) {
    maximumEntryCount = Self.otherFieldCount + bytes.count / Self.leastByteCountOfEntry
    var seen: UInt64 = 0
    var bodyCount = 0
    var cursor = FieldCursor(bytes, in: bytes.indices)
    while true {
      let start = cursor.position
      guard let field = cursor.next() else { break }
      if field.number < UInt64.bitWidth {
        let bit: UInt64 = 1 << field.number
        if seen & bit != 0 { repeatedField = Int(field.number) }
        seen |= bit
      }
      guard Self.bodies.contains(field.number), let content = field.content else { continue }
      bodyCount += 1
      if bodyCount > 1 { repeatedField = Int(field.number) }
      var inner = FieldCursor(bytes, in: content)
      let first = inner.next()
      if first?.content != nil { entryCount += 1 }
      if let first, let entry = first.content, inner.isAtEnd {
        loneEntry = LoneEntry(
          path: .init(body: field.number, entry: first.number), body: start..<cursor.position,
          content: entry)
      }
      while let entry = inner.next() {
        if entry.content != nil { entryCount += 1 }
      }
      guard inner.isAtEnd else { return nil }
    }
    guard cursor.isAtEnd else { return nil }
  }
}

/// Walks over the fields of one protobuf message without looking into them.
private struct FieldCursor {
  struct Field {
    let number: UInt64
    /// Where the bytes of a string or nested message are; `nil` for numbers.
    let content: Range<Int>?
  }

  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether all was read; if not when `next()` gave nothing, the rest is no field.
  var isAtEnd: Bool { position == end }

  /// The next field, or `nil` at the end and before what is none. Groups count as none: proto3 has
  /// done away with them.
  mutating func next() -> Field? {
    let start = position
    guard !isAtEnd, let field = take() else {
      position = start
      return nil
    }
    return field
  }

  private mutating func take() -> Field? {
    guard let tag = takeVarint() else { return nil }
    let number = tag >> 3
    switch tag & 7 {
    case 0:
      guard takeVarint() != nil else { return nil }
      return Field(number: number, content: nil)
    case 1:
      return skip(8).map { _ in Field(number: number, content: nil) }
    case 2:
      guard let count = takeVarint() else { return nil }
      return skip(count).map { Field(number: number, content: $0) }
    case 5:
      return skip(4).map { _ in Field(number: number, content: nil) }
    default:
      return nil
    }
  }

  private mutating func skip(_ count: UInt64) -> Range<Int>? {
    guard count <= UInt64(end - position) else { return nil }
    let start = position
    position += Int(count)
    return start..<position
  }

  private mutating func takeVarint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    return nil
  }
}
