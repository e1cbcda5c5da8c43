/// Reads a dataset from text of comma-separated values (CSV): one example in a line, its features
/// as decimal numbers, its label as an integer in the last column.
///
/// Lines end with a line feed, with or without a carriage return. Blank lines are skipped, so are
/// blanks around a field and a byte order mark. Quotation marks have no special meaning.
public enum CommaSeparatedValues {
  /// Whether the first line holds names rather than an example.
  public enum Header: Sendable, Hashable {
    /// The first line is an example.
    case absent
    /// The first line holds one name per column and is skipped.
    case present
  }

  /// Parses `text`.
  ///
  /// - Parameters:
  ///   - text: the contents of a file.
  ///   - header: whether the first line holds names.
  ///   - classCount: the number of classes; labels are in `0..<classCount`.
  /// - Throws: ``CommaSeparatedValuesError``, which says in which line and column something other
  ///   was found than expected.
  /// - Complexity: O(length of the text).
  public static func parse(
    _ text: String, header: Header = .absent, classCount: Int
  ) throws(CommaSeparatedValuesError) -> Dataset {
    guard classCount >= 1 else { throw .invalidClassCount(classCount) }
    var features: [Double] = []
    var labels: [Int] = []
    var columnCount: Int?
    var headerIsDue = header == .present
    var lineNumber = 0
    let byteOrderMark: Unicode.Scalar = "\u{FEFF}"
    let content =
      text.unicodeScalars.first == byteOrderMark
      ? Substring(text.unicodeScalars.dropFirst()) : Substring(text)
    // Over bytes: in Swift, "\r\n" is one character, which a search for "\n" does not find.
    for line in content.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      lineNumber += 1
      if line.allSatisfy(isBlank) { continue }
      let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      let expected = columnCount ?? fields.count
      columnCount = expected
      guard expected >= 2 else { throw .tooFewColumns(line: lineNumber, found: fields.count) }
      guard fields.count == expected else {
        throw .raggedRow(line: lineNumber, expected: expected, found: fields.count)
      }
      if headerIsDue {
        headerIsDue = false
        continue
      }
      for column in 0..<(expected - 1) {
        features.append(try number(fields[column], line: lineNumber, column: column + 1))
      }
      labels.append(
        try label(
          fields[expected - 1], line: lineNumber, column: expected, classCount: classCount))
    }
    guard let columnCount, !labels.isEmpty else { throw .noRows }
    do {
      return try Dataset(
        features: features, featureCount: columnCount - 1, labels: labels, classCount: classCount)
    } catch {
      throw .invalidDataset(error)
    }
  }

  private static func number(
    _ field: Substring.UTF8View.SubSequence, line: Int, column: Int
  ) throws(CommaSeparatedValuesError) -> Double {
    let text = trimmed(field)
    guard let value = Double(text) else {
      throw .notANumber(line: line, column: column, found: String(text))
    }
    guard value.isFinite else {
      throw .nonFinite(line: line, column: column, found: String(text))
    }
    return value
  }

  private static func label(
    _ field: Substring.UTF8View.SubSequence, line: Int, column: Int, classCount: Int
  ) throws(CommaSeparatedValuesError) -> Int {
    let text = trimmed(field)
    guard let label = Int(text) else {
      throw .notALabel(line: line, column: column, found: String(text))
    }
    guard label >= 0, label < classCount else {
      throw .labelOutOfRange(line: line, column: column, classCount: classCount, found: label)
    }
    return label
  }

  private static func trimmed(_ field: Substring.UTF8View.SubSequence) -> Substring {
    var rest = field
    while let first = rest.first, isBlank(first) { rest.removeFirst() }
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return Substring(rest)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}

/// Why text is not a table of examples. Lines and columns count from 1.
public enum CommaSeparatedValuesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number of classes asked for is below 1.
  case invalidClassCount(Int)
  /// There is no line with an example.
  case noRows
  /// A line has not at least one feature and a label.
  case tooFewColumns(line: Int, found: Int)
  /// A line has another number of columns than the first.
  case raggedRow(line: Int, expected: Int, found: Int)
  /// A feature is not a decimal number.
  case notANumber(line: Int, column: Int, found: String)
  /// A feature is NaN or infinite.
  case nonFinite(line: Int, column: Int, found: String)
  /// A label is not an integer.
  case notALabel(line: Int, column: Int, found: String)
  /// A label is not a class.
  case labelOutOfRange(line: Int, column: Int, classCount: Int, found: Int)
  /// The table is complete, but not a dataset.
  case invalidDataset(DatasetError)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidClassCount(let found):
      "Expected at least 1 class, got \(found); pass the number of different labels."
    case .noRows:
      "Expected at least one line with an example, got none; check that the file is not empty."
    case .tooFewColumns(let line, let found):
      "Expected at least one feature and a label in line \(line), got \(found) column; "
        + "separate columns with commas."
    case .raggedRow(let line, let expected, let found):
      "Expected \(expected) columns in line \(line), as in the first, got \(found); "
        + "complete the line or remove it."
    case .notANumber(let line, let column, let found):
      "Expected a decimal number in line \(line), column \(column), got \"\(found)\"; "
        + "correct it, or declare a header if this is one."
    case .nonFinite(let line, let column, let found):
      "Expected a finite number in line \(line), column \(column), got \"\(found)\"; "
        + "fill the gap or remove the line."
    case .notALabel(let line, let column, let found):
      "Expected an integer label in line \(line), column \(column), got \"\(found)\"; "
        + "put the label into the last column."
    case .labelOutOfRange(let line, let column, let classCount, let found):
      "Expected a label from 0 to \(max(1, classCount) - 1) in line \(line), column \(column), "
        + "got \(found); correct it or the number of classes."
    case .invalidDataset(let error):
      error.description
    }
  }
}
