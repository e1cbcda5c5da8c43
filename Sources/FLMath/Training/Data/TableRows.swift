/// Collects the records of a table as examples.
struct TableRows {
  private let columns: TableColumns
  private let classes: CommaSeparatedValues.Classes
  private let missing: CommaSeparatedValues.MissingValues

  private var features: [Double] = []
  /// The classes, or the places in `names` until all names are known.
  private var labels: [Int] = []
  private var names: [String] = []
  private var places: [String: Int] = [:]
  private var droppedExamples = 0

  init(
    _ columns: TableColumns, classes: CommaSeparatedValues.Classes,
    missing: CommaSeparatedValues.MissingValues
  ) {
    self.columns = columns
    self.classes = classes
    self.missing = missing
    if case .named(let names) = classes {
      self.names = names
      for (place, name) in names.enumerated() { places[name] = place }
    }
  }

  /// Takes a record; leaves it out if a value is missing and may be.
  mutating func take(_ record: CSVRecord) throws(FLMathError) {
    guard record.fields.count == columns.count else {
      throw .table(
        .raggedRow(line: record.line, expected: columns.count, found: record.fields.count))
    }
    guard features.count + columns.features.count <= CommaSeparatedValues.valueLimit else {
      throw .table(.tooLarge(.values, limit: CommaSeparatedValues.valueLimit))
    }
    let start = features.count
    for place in columns.features {
      guard let value = try number(record.fields[place], of: record.line, column: place + 1) else {
        features.removeSubrange(start...)
        droppedExamples += 1
        return
      }
      features.append(value)
    }
    let place = columns.label
    guard let label = try label(record.fields[place], of: record.line, column: place + 1) else {
      features.removeSubrange(start...)
      droppedExamples += 1
      return
    }
    labels.append(label)
  }

  /// The table of all records that were taken.
  func table() throws(FLMathError) -> LabelledTable {
    guard !labels.isEmpty else { throw .table(.noRows) }
    var (labels, names, count) = (labels, names, names.count)
    switch classes {
    case .numbered(let classCount): count = classCount
    case .named: break
    case .found:
      // The same file gives the same classes, whatever the order of its lines.
      let order = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
      var ranks = [Int](repeating: 0, count: names.count)
      for (rank, place) in order.enumerated() { ranks[place] = rank }
      labels = labels.map { ranks[$0] }
      names = order.map { names[$0] }
    }
    let dataset = try Dataset(
      features: features, featureCount: columns.features.count, labels: labels,
      classCount: count)
    return LabelledTable(
      dataset: dataset,
      featureNames: columns.names.map { names in columns.features.map { names[$0] } },
      classNames: names.isEmpty ? nil : names, droppedExamples: droppedExamples)
  }

  /// `nil` if it is missing and the example is to be left out.
  private func number(
    _ field: CSVField, of line: Int, column: Int
  ) throws(FLMathError) -> Double? {
    if let value = DecimalNumber.value(of: field.bytes) {
      guard value.isFinite else {
        throw .table(.nonFinite(line: line, column: column, found: excerpt(field)))
      }
      return value
    }
    let text = excerpt(field)
    guard Self.missingTexts.contains(text) else {
      if Self.infinities.contains(text.lowercased()) {
        throw .table(.nonFinite(line: line, column: column, found: text))
      }
      throw .table(.notANumber(line: line, column: column, found: text))
    }
    switch missing {
    case .reject: throw .table(.missingValue(line: line, column: column))
    case .dropExample: return nil
    case .replace(let value): return value
    }
  }

  private mutating func label(
    _ field: CSVField, of line: Int, column: Int
  ) throws(FLMathError) -> Int? {
    let text = excerpt(field)
    let isNumber: Bool
    if case .numbered = classes { isNumber = true } else { isNumber = false }
    if isNumber ? Self.missingTexts.contains(text) : field.bytes.isEmpty {
      guard missing == .dropExample else { throw .table(.missingValue(line: line, column: column)) }
      return nil
    }
    switch classes {
    case .numbered(let count):
      guard let value = DecimalNumber.value(of: field.bytes), let label = Int(exactly: value) else {
        throw .table(.notALabel(line: line, column: column, found: text))
      }
      guard label >= 0, label < count else {
        throw .table(.labelOutOfRange(line: line, column: column, classCount: count, found: label))
      }
      return label
    case .named:
      guard let place = places[field.text] else {
        throw .table(.unknownClass(line: line, column: column, found: text, expected: names))
      }
      return place
    case .found:
      let name = field.text
      if let place = places[name] { return place }
      places[name] = names.count
      names.append(name)
      return names.count - 1
    }
  }

  private static let missingTexts: Set<String> = [
    "", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "?",
  ]

  private static let infinities: Set<String> = [
    "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity",
  ]

  /// The field for an error, cut off where it is long.
  private func excerpt(_ field: CSVField) -> String {
    field.bytes.count <= 40
      ? field.text : String(decoding: field.bytes.prefix(40), as: UTF8.self) + "..."
  }
}

/// Decimal numbers as people write them: digits with or without a sign, a point and an exponent.
enum DecimalNumber {
  /// The nearest number; `nil` for any other text. `Double.init(_: Substring)` also reads hexadecimal digits, names
  /// of infinities, and stops at a zero byte.
  static func value(of bytes: ArraySlice<UInt8>) -> Double? {
    var rest = bytes
    while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
    while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
    let trimmed = rest
    func takeSign() {
      if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
        rest.removeFirst()
      }
    }
    func takeDigits() -> Int {
      let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
      rest.removeFirst(digits)
      return digits
    }
    takeSign()
    var digits = takeDigits()
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      digits += takeDigits()
    }
    guard digits > 0 else { return nil }
    if let first = rest.first, first == UInt8(ascii: "e") || first == UInt8(ascii: "E") {
      rest.removeFirst()
      takeSign()
      guard takeDigits() > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    return Double(String(decoding: trimmed, as: UTF8.self))
  }
}

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
  mutating func next() throws(FLMathError) -> CSVRecord? {
    while place < bytes.count {
      let record = try record()
      let isBlank =
        record.fields.count == 1 && record.fields[0].bytes.isEmpty && !record.fields[0].isQuoted
      if !isBlank { return record }
    }
    return nil
  }

  private mutating func record() throws(FLMathError) -> CSVRecord {
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
  private mutating func field(column: Int) throws(FLMathError) -> CSVField {
    skipBlanks()
    if place < bytes.count, bytes[place] == Self.quote { return try quoted(column: column) }
    let start = place
    while place < bytes.count, !isEnd(bytes[place]) {
      guard bytes[place] != Self.quote else {
        throw .table(.strayQuotationMark(line: line, column: column))
      }
      place += 1
    }
    var end = place
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return CSVField(bytes: bytes[start..<end], isQuoted: false)
  }

  private mutating func quoted(column: Int) throws(FLMathError) -> CSVField {
    let firstLine = line
    place += 1
    let start = place
    // Most fields have no doubled quotation marks, and are a part of the text.
    var copy: [UInt8]?
    while true {
      guard place < bytes.count else {
        throw .table(.unterminatedQuotation(line: firstLine, column: column))
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
      throw .table(.strayQuotationMark(line: line, column: column))
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
