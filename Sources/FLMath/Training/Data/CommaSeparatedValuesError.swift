/// Why text is not a table of examples. Lines and columns count from 1.
public enum CommaSeparatedValuesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What there is too much of.
  public enum Size: String, Sendable, Hashable {
    case bytes, values, columns
  }

  /// The number of classes asked for is below 1.
  case invalidClassCount(Int)
  /// Two classes have one name.
  case repeatedClass(String)
  /// The number in the place of missing values is not finite.
  case invalidReplacement(Double)
  /// The text is larger than can be read.
  case tooLarge(Size, limit: Int)
  /// No line holds an example.
  case noRows
  /// A line has not at least one feature and a label.
  case tooFewColumns(line: Int, found: Int)
  /// A line has another number of columns than the first.
  case raggedRow(line: Int, expected: Int, found: Int)
  /// The header has not exactly one column of the name, or there is no header.
  case columnNotFound(name: String, times: Int)
  /// There is no column with the number.
  case columnOutOfRange(number: Int, columns: Int)
  /// A column of features has an empty name: it probably holds row names.
  case unnamedColumn(column: Int)
  /// A quotation mark is inside a field without quotation marks, or text is behind the closing one.
  case strayQuotationMark(line: Int, column: Int)
  /// The text ends inside quotation marks.
  case unterminatedQuotation(line: Int, column: Int)
  /// A value is missing.
  case missingValue(line: Int, column: Int)
  /// A feature is not a decimal number.
  case notANumber(line: Int, column: Int, found: String)
  /// A feature is infinite.
  case nonFinite(line: Int, column: Int, found: String)
  /// A label is not a whole number.
  case notALabel(line: Int, column: Int, found: String)
  /// A label is not a class.
  case labelOutOfRange(line: Int, column: Int, classCount: Int, found: Int)
  /// A label is not the name of a class.
  case unknownClass(line: Int, column: Int, found: String, expected: [String])
  /// The table is complete, but not a dataset.
  case invalidDataset(DatasetError)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidClassCount(let found):
      "Expected at least 1 class, got \(found); pass the number of different labels."
    case .repeatedClass(let name):
      "Expected different names of classes, got \"\(name)\" twice; remove one."
    case .invalidReplacement(let found):
      "Expected a finite number in the place of missing values, got \(found); correct it."
    case .tooLarge(let size, let limit):
      "Expected at most \(limit) \(size.rawValue), got more; split the file."
    case .noRows:
      "Expected at least one line with an example, got none; check that the file is not empty."
    case .tooFewColumns(let line, let found):
      "Expected at least one feature and a label in line \(line), got \(found) column; "
        + "separate columns with commas, or name the separator."
    case .raggedRow(let line, let expected, let found):
      "Expected \(expected) columns in line \(line), as in the first, got \(found); "
        + "complete the line or remove it."
    case .columnNotFound(let name, let times):
      "Expected one column named \"\(name)\" in the header, got \(times); correct the name, or declare the header."
    case .columnOutOfRange(let number, let columns):
      "Expected a column from 1 to \(columns), got \(number); correct it."
    case .unnamedColumn(let column):
      "Expected a name of column \(column), got an empty one; ignore \"\" if it holds row names, or give it a name."
    case .strayQuotationMark(let line, let column):
      "Expected quotation marks around the whole field in line \(line), column \(column), got one inside; "
        + "quote the field, and double the marks in it."
    case .unterminatedQuotation(let line, let column):
      "Expected a closing quotation mark for line \(line), column \(column), got the end of the text; add it."
    case .missingValue(let line, let column):
      "Expected a value in line \(line), column \(column), got none; fill the gap, or drop such examples."
    case .notANumber(let line, let column, let found):
      "Expected a decimal number in line \(line), column \(column), got \"\(found)\"; "
        + "correct it, or declare a header if this is one."
    case .nonFinite(let line, let column, let found):
      "Expected a finite number in line \(line), column \(column), got \"\(found)\"; "
        + "correct it or remove the line."
    case .notALabel(let line, let column, let found):
      "Expected a whole number as label in line \(line), column \(column), got \"\(found)\"; "
        + "name the label's column, or pass the names of classes."
    case .labelOutOfRange(let line, let column, let classCount, let found):
      "Expected a label from 0 to \(max(1, classCount) - 1) in line \(line), column \(column), "
        + "got \(found); correct it or the number of classes."
    case .unknownClass(let line, let column, let found, let expected):
      "Expected \(expected.prefix(10).joined(separator: ", "))\(expected.count > 10 ? ", ..." : "") in line "
        + "\(line), column \(column), got \"\(found)\"; correct it or the names of classes."
    case .invalidDataset(let error):
      error.description
    }
  }
}
