/// Reads a dataset from text of comma-separated values (CSV, RFC 4180), as spreadsheets, pandas and R write it: one
/// example in a record, its features as decimal numbers, and its label in one of the columns.
///
/// Records end with a line feed, a carriage return or both. Fields may be in quotation marks, and may then hold
/// separators, ends of lines and doubled quotation marks. Blank lines are skipped, and so are blanks around a field
/// without quotation marks and a byte order mark.
///
/// ```swift
/// let table = try CommaSeparatedValues.parse(
///   text, header: .present, label: .named("diagnosis"), classes: .named(["B", "M"]),
///   ignoring: ["id"], missing: .dropExample)
/// ```
public enum CommaSeparatedValues {
  /// What is between the fields of a record.
  public enum Separator: UInt8, Sendable, Hashable {
    /// A comma.
    case comma = 0x2C
    /// A semicolon, as spreadsheets write it in countries with a decimal comma. Numbers need a decimal point.
    case semicolon = 0x3B
    /// A tabulator.
    case tab = 0x09
  }

  /// Whether the first record holds names rather than an example.
  public enum Header: Sendable, Hashable {
    /// The first record is an example.
    case absent
    /// The first record holds one name for each column.
    case present
  }

  /// Where the labels are.
  public enum LabelColumn: Sendable, Hashable {
    /// In the last column.
    case last
    /// In the column with a number, from 1.
    case number(Int)
    /// In the column with a name; the header must have it once.
    case named(String)
  }

  /// How a label stands for a class.
  public enum Classes: Sendable, Hashable {
    /// Labels are whole numbers from 0 to the count less 1. They may have a point, as in `1.0`.
    case numbered(Int)
    /// Labels are these names; the first is class 0.
    case named([String])
    /// Labels are names, and classes are numbered in the order of the names' bytes.
    case found
  }

  /// What to do with an example in which a value is missing: a field that is empty, or NA, N/A, n/a, #N/A, NaN, nan,
  /// NULL, null, None or a question mark. In a column of labels that are names only an empty field is missing.
  public enum MissingValues: Sendable, Hashable {
    /// To reject the text.
    case reject
    /// To leave the example out.
    case dropExample
    /// To put a number in the place of a feature. A missing label is rejected.
    case replace(Double)
  }

  /// The largest number of bytes, features in all, and columns that are read.
  static let (byteLimit, valueLimit, columnLimit) = (1 << 32, 1 << 28, 1 << 16)

  /// Parses `text`.
  ///
  /// - Parameters:
  ///   - text: the contents of a file, at most 4 GiB.
  ///   - ignoring: columns by their names that are neither features nor labels. Row names that pandas or R wrote have
  ///     the empty name.
  /// - Throws: ``FLMathError``, which says in which line and column something else
  ///   was found than expected.
  /// - Complexity: O(length of the text).
  public static func parse(
    _ text: String, separator: Separator = .comma, header: Header = .absent,
    label: LabelColumn = .last, classes: Classes, ignoring: Set<String> = [],
    missing: MissingValues = .reject
  ) throws(FLMathError) -> LabelledTable {
    try check(classes)
    if case .replace(let value) = missing, !value.isFinite {
      throw .table(.invalidReplacement(value))
    }
    guard text.utf8.count <= byteLimit else {
      throw .table(.tooLarge(.bytes, limit: byteLimit))
    }
    var reader = CSVRecordReader(text, separator: separator.rawValue)
    guard let first = try reader.next() else { throw .table(.noRows) }
    guard first.fields.count <= columnLimit else {
      throw .table(.tooLarge(.columns, limit: columnLimit))
    }
    let columns = try TableColumns(
      first, header: header, label: label, ignoring: ignoring)
    var rows = TableRows(columns, classes: classes, missing: missing)
    if header == .absent { try rows.take(first) }
    while let record = try reader.next() { try rows.take(record) }
    return try rows.table()
  }

  private static func check(_ classes: Classes) throws(FLMathError) {
    switch classes {
    case .numbered(let count):
      guard count >= 1 else { throw .table(.invalidClassCount(count)) }
    case .named(let names):
      guard !names.isEmpty else { throw .table(.invalidClassCount(0)) }
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted { throw .table(.repeatedClass(name)) }
    case .found: return
    }
  }
}

/// A dataset with the names that its file had.
public struct LabelledTable: Sendable, Hashable {
  /// The examples.
  public let dataset: Dataset

  /// The names of the features, in order; `nil` without a header.
  public let featureNames: [String]?

  /// The names of the classes, in order; `nil` if the labels are numbers.
  public let classNames: [String]?

  /// The number of examples that were left out because a value is missing.
  public let droppedExamples: Int
}

/// Which columns are features, and which one holds the labels.
struct TableColumns {
  /// The number of fields of each record.
  let count: Int
  /// The places of the features.
  let features: [Int]
  let label: Int
  let names: [String]?

  init(
    _ first: CSVRecord, header: CommaSeparatedValues.Header,
    label: CommaSeparatedValues.LabelColumn, ignoring: Set<String>
  ) throws(FLMathError) {
    let count = first.fields.count
    guard count >= 2 else { throw .table(.tooFewColumns(line: first.line, found: count)) }
    let names = header == .present ? first.fields.map(\.text) : nil
    func column(_ name: String) throws(FLMathError) -> Int {
      let places = (names ?? []).indices.filter { names?[$0] == name }
      guard let place = places.first, places.count == 1 else {
        throw .table(.columnNotFound(name: name, times: places.count))
      }
      return place
    }
    let place: Int
    switch label {
    case .last: place = count - 1
    case .number(let number):
      guard number >= 1, number <= count else {
        throw .table(.columnOutOfRange(number: number, columns: count))
      }
      place = number - 1
    case .named(let name): place = try column(name)
    }
    var ignored: Set<Int> = []
    for name in ignoring.sorted() { ignored.insert(try column(name)) }
    let features = (0..<count).filter { $0 != place && !ignored.contains($0) }
    guard !features.isEmpty, !ignored.contains(place) else {
      throw .table(.tooFewColumns(line: first.line, found: count - ignored.count))
    }
    (self.count, self.features, self.label, self.names) = (count, features, place, names)
    if let names {
      for place in features where names[place].isEmpty {
        throw .table(.unnamedColumn(column: place + 1))
      }
    }
  }
}

extension FLMathError {
  /// Why text is not a table of examples. Lines and columns count from 1.
  public enum Table: Hashable, Sendable, CustomStringConvertible {
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
      }
    }
  }
}
