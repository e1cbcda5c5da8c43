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
  /// - Throws: ``CommaSeparatedValuesError``, which says in which line and column something else
  ///   was found than expected.
  /// - Complexity: O(length of the text).
  public static func parse(
    _ text: String, separator: Separator = .comma, header: Header = .absent,
    label: LabelColumn = .last, classes: Classes, ignoring: Set<String> = [],
    missing: MissingValues = .reject
  ) throws(CommaSeparatedValuesError) -> LabelledTable {
    try check(classes)
    if case .replace(let value) = missing, !value.isFinite { throw .invalidReplacement(value) }
    guard text.utf8.count <= byteLimit else {
      throw .tooLarge(.bytes, limit: byteLimit)
    }
    var reader = CSVRecordReader(text, separator: separator.rawValue)
    guard let first = try reader.next() else { throw .noRows }
    guard first.fields.count <= columnLimit else { throw .tooLarge(.columns, limit: columnLimit) }
    let columns = try TableColumns(
      first, header: header, label: label, ignoring: ignoring)
    var rows = TableRows(columns, classes: classes, missing: missing)
    if header == .absent { try rows.take(first) }
    while let record = try reader.next() { try rows.take(record) }
    return try rows.table()
  }

  private static func check(_ classes: Classes) throws(CommaSeparatedValuesError) {
    switch classes {
    case .numbered(let count):
      guard count >= 1 else { throw .invalidClassCount(count) }
    case .named(let names):
      guard !names.isEmpty else { throw .invalidClassCount(0) }
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted { throw .repeatedClass(name) }
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
  ) throws(CommaSeparatedValuesError) {
    let count = first.fields.count
    guard count >= 2 else { throw .tooFewColumns(line: first.line, found: count) }
    let names = header == .present ? first.fields.map(\.text) : nil
    func column(_ name: String) throws(CommaSeparatedValuesError) -> Int {
      let places = (names ?? []).indices.filter { names?[$0] == name }
      guard let place = places.first, places.count == 1 else {
        throw .columnNotFound(name: name, times: places.count)
      }
      return place
    }
    let place: Int
    switch label {
    case .last: place = count - 1
    case .number(let number):
      guard number >= 1, number <= count else {
        throw .columnOutOfRange(number: number, columns: count)
      }
      place = number - 1
    case .named(let name): place = try column(name)
    }
    var ignored: Set<Int> = []
    for name in ignoring.sorted() { ignored.insert(try column(name)) }
    let features = (0..<count).filter { $0 != place && !ignored.contains($0) }
    guard !features.isEmpty, !ignored.contains(place) else {
      throw .tooFewColumns(line: first.line, found: count - ignored.count)
    }
    (self.count, self.features, self.label, self.names) = (count, features, place, names)
    if let names {
      for place in features where names[place].isEmpty {
        throw .unnamedColumn(column: place + 1)
      }
    }
  }
}
