/// A field of a record, without its quotation marks.
struct CSVField {
  let bytes: ArraySlice<UInt8>
  let isQuoted: Bool

  /// The text; what is not UTF-8 is replaced.
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// The fields between two ends of a record, and the line that the first one begins in.
struct CSVRecord {
  let line: Int
  let fields: [CSVField]
}

/// Takes a text of comma-separated values apart into records, after RFC 4180.
struct CSVRecordReader {
  private let bytes: [UInt8]
  private let separator: UInt8
  private var place = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ text: String, separator: UInt8) {
    bytes = Array(text.utf8)
    self.separator = separator
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// The next record that is not blank; `nil` behind the last.
  ///
  /// - Complexity: O(bytes of the record).
  mutating func next() throws(CommaSeparatedValuesError) -> CSVRecord? {
    while place < bytes.count {
      let record = try record()
      let isBlank =
        record.fields.count == 1 && record.fields[0].bytes.isEmpty && !record.fields[0].isQuoted
      if !isBlank { return record }
    }
    return nil
  }

  private mutating func record() throws(CommaSeparatedValuesError) -> CSVRecord {
    let first = line
    var fields: [CSVField] = []
    while true {
      fields.append(try field(column: fields.count + 1))
      guard place < bytes.count else { break }
      let end = bytes[place]
      place += 1
      if end == separator { continue }
      // A carriage return and a line feed are one end.
      if end == Self.carriageReturn, place < bytes.count, bytes[place] == Self.lineFeed {
        place += 1
      }
      line += 1
      break
    }
    return CSVRecord(line: first, fields: fields)
  }

  /// The field that begins here, up to the separator or the end behind it.
  private mutating func field(column: Int) throws(CommaSeparatedValuesError) -> CSVField {
    skipBlanks()
    if place < bytes.count, bytes[place] == Self.quote { return try quoted(column: column) }
    let start = place
    while place < bytes.count, !isEnd(bytes[place]) {
      guard bytes[place] != Self.quote else {
        throw .strayQuotationMark(line: line, column: column)
      }
      place += 1
    }
    var end = place
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return CSVField(bytes: bytes[start..<end], isQuoted: false)
  }

  private mutating func quoted(column: Int) throws(CommaSeparatedValuesError) -> CSVField {
    let firstLine = line
    place += 1
    let start = place
    // Most fields have no doubled quotation marks, and are a part of the text.
    var copy: [UInt8]?
    while true {
      guard place < bytes.count else {
        throw .unterminatedQuotation(line: firstLine, column: column)
      }
      let byte = bytes[place]
      place += 1
      if byte == Self.quote {
        guard place < bytes.count, bytes[place] == Self.quote else { break }
        if copy == nil { copy = Array(bytes[start..<place]) } else { copy?.append(byte) }
        place += 1
        continue
      }
      let isSecondOfPair =
        byte == Self.lineFeed && place - 2 >= start && bytes[place - 2] == Self.carriageReturn
      if byte == Self.carriageReturn || byte == Self.lineFeed && !isSecondOfPair { line += 1 }
      copy?.append(byte)
    }
    let end = place - 1
    skipBlanks()
    guard place == bytes.count || isEnd(bytes[place]) else {
      throw .strayQuotationMark(line: line, column: column)
    }
    return CSVField(bytes: copy.map { $0[...] } ?? bytes[start..<end], isQuoted: true)
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
  }

  private mutating func skipBlanks() {
    while place < bytes.count, isBlank(bytes[place]) { place += 1 }
  }
}
