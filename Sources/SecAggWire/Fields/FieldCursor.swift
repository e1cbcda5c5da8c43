/// Walks over the fields of one protobuf message without looking into them, and without allocating.
struct FieldCursor {
  struct Field {
    /// What stands on the wire for a field.
    enum Value {
      /// A varint.
      case number(UInt64)
      /// A number of 4 or 8 bytes, which no field of ours is.
      case fixed
      /// Where the bytes of a string, a nested message or a packed list are.
      case content(Range<Int>)
    }

    let number: UInt64
    let value: Value
  }

  /// Bytes that are not a field, or break off.
  struct Malformed: Error {}

  /// Protobuf's limit, 2^29 - 1.
  private static let largestNumber: UInt64 = 1 << 29 - 1

  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  /// - Parameter range: where the message is within `bytes`.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }

  /// The next field, or `nil` at the end. Groups are malformed: proto3 has done away with them.
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
