internal import SecAgg

/// One line of a chained file, itself a JSON object:
///
/// `{"line":3,"record":...,"digest":"..."}`
///
/// The digest covers the digest before and all bytes of the line up to the key `digest`. There is
/// exactly one way to write a line, so the reader compares bytes.
struct ChainLine {
  /// The record, as JSON.
  let record: [UInt8]
  /// The position of the chain after this line.
  let position: ChainPosition

  private static let afterRecord = Array(#","digest":""#.utf8)
  private static let ending = Array(#""}"#.utf8)

  private static func beforeRecord(_ number: Int) -> [UInt8] {
    Array(#"{"line":\#(number),"record":"#.utf8)
  }

  /// Creates the line of a record that follows `previous`.
  init(_ record: [UInt8], after previous: ChainPosition) {
    let number = previous.lines + 1
    let digest = RecordDigest.ofLine(Self.beforeRecord(number) + record, after: previous.digest)
    self.record = record
    position = ChainPosition(lines: number, digest: digest)
  }

  /// Reads a line that follows `previous`; `bytes` has no newline.
  ///
  /// - Throws: the damage of the line.
  init(
    bytes: [UInt8], after previous: ChainPosition
  ) throws(FLRecordsError.File.Damage) {
    let tail = Self.afterRecord.count + 2 * Digest.byteCount + Self.ending.count
    guard bytes.count > tail else { throw .form }
    let (body, rest) = (bytes.dropLast(tail), bytes.suffix(tail))
    guard rest.starts(with: Self.afterRecord), rest.suffix(Self.ending.count) == Self.ending[...],
      let digest = Digest(
        hexadecimal: rest.dropFirst(Self.afterRecord.count).dropLast(Self.ending.count)),
      body.starts(with: Array(#"{"line":"#.utf8))
    else { throw .form }
    let start = Self.beforeRecord(previous.lines + 1)
    guard body.starts(with: start) else { throw .number }
    self.init(Array(body.dropFirst(start.count)), after: previous)
    guard position.digest == digest else { throw .digest }
  }

  /// The bytes of the line, followed by a newline.
  var bytes: [UInt8] {
    var bytes = Self.beforeRecord(position.lines)
    bytes += record
    bytes += Self.afterRecord
    bytes += position.digest.description.utf8
    bytes += Self.ending
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}

/// A position in a chain of lines: the number of lines, and the digest of the last, which depends
/// on all of them.
struct ChainPosition: Hashable {
  let lines: Int
  let digest: Digest

  /// The position before the first line.
  static let start = ChainPosition(lines: 0, digest: RecordDigest.beforeFirstLine)
}

extension Digest {
  /// Reads the form that `description` writes; `nil` for any other text.
  init?(hexadecimal text: some Collection<UInt8>) {
    guard text.count == 2 * Self.byteCount else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text {
      let value: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = character - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    self.init(bytes: bytes)
  }
}
