import FLMath
import Testing

@Suite("Comma-separated values")
struct CommaSeparatedValuesTests {
  private func read(_ text: String, classes: Int) throws -> Dataset {
    try CommaSeparatedValues.parse(text, classes: .numbered(classes)).dataset
  }

  @Test("Reads numbers and labels")
  func reads() throws {
    let dataset = try read("1,-2.5e1,0\n.5,+4,2\n", classes: 3)
    #expect(dataset.features == [1, -25, 0.5, 4])
    #expect(dataset.featureCount == 2)
    #expect(dataset.labels == [0, 2])
    #expect(dataset.classCount == 3)
  }

  @Test(
    "Line ends, blanks, blank lines and a byte order mark do not matter",
    arguments: [
      "1,2,0\r\n3,4,1\r\n", "1,2,0\n3,4,1", "\u{FEFF}1,2,0\n3,4,1\n",
      "\n 1 ,\t2, 0\n\n \n3,4,1\n\n", "1,2,0\r3,4,1\r", "1,2,0\r\r\n\n3,4,1.0",
      "\"1\", \"2\" ,\"0\"\r3,\" 4 \",1e0",
    ])
  func tolerates(text: String) throws {
    let dataset = try read(text, classes: 2)
    #expect(dataset.features == [1, 2, 3, 4])
    #expect(dataset.labels == [0, 1])
  }

  @Test("Skips a header")
  func header() throws {
    let dataset = try CommaSeparatedValues.parse(
      "length,width,kind\r\n1,2,0\r\n", header: .present, classes: .numbered(2)
    ).dataset
    #expect(dataset.features == [1, 2])
    #expect(throws: FLMathError.table(.notANumber(line: 1, column: 1, found: "length"))) {
      try read("length,width,kind\n1,2,0\n", classes: 2)
    }
  }

  static let faults: [(String, FLMathError.Table)] = [
    ("", .noRows),
    ("\n \n", .noRows),
    ("1,2,0\n1,2\n", .raggedRow(line: 2, expected: 3, found: 2)),
    ("1,2,0\n\n1,2,0,\n", .raggedRow(line: 3, expected: 3, found: 4)),
    ("1\n", .tooFewColumns(line: 1, found: 1)),
    ("1,2,0\n1,x2,0\n", .notANumber(line: 2, column: 2, found: "x2")),
    ("1,,0\n", .missingValue(line: 1, column: 2)),
    ("1,NA,0\n", .missingValue(line: 1, column: 2)),
    ("1,\"\",0\n", .missingValue(line: 1, column: 2)),
    ("1,0x10,0\n", .notANumber(line: 1, column: 2, found: "0x10")),
    ("1,2\0999,0\n", .notANumber(line: 1, column: 2, found: "2\0999")),
    ("1,1e,0\n", .notANumber(line: 1, column: 2, found: "1e")),
    ("1,.,0\n", .notANumber(line: 1, column: 2, found: ".")),
    ("1,1_000,0\n", .notANumber(line: 1, column: 2, found: "1_000")),
    ("1,\u{0661},0\n", .notANumber(line: 1, column: 2, found: "\u{0661}")),
    ("1,--2,0\n", .notANumber(line: 1, column: 2, found: "--2")),
    ("1;2;0\n", .tooFewColumns(line: 1, found: 1)),
    ("1,\"2,0\n", .unterminatedQuotation(line: 1, column: 2)),
    ("1,\"2\"3,0\n", .strayQuotationMark(line: 1, column: 2)),
    ("1,2\"3\",0\n", .strayQuotationMark(line: 1, column: 2)),
    ("1,\"\r\n2\",0\r\n3,4\r\n", .notANumber(line: 1, column: 2, found: "\r\n2")),
    ("1,2,0\n\"3\n\",4,x", .notANumber(line: 2, column: 1, found: "3\n")),
    ("1,2 3,0\n", .notANumber(line: 1, column: 2, found: "2 3")),
    ("1,nan,0\n", .missingValue(line: 1, column: 2)),
    ("-inf,1,0\n", .nonFinite(line: 1, column: 1, found: "-inf")),
    ("1e999,1,0\n", .nonFinite(line: 1, column: 1, found: "1e999")),
    ("1,2,0.5\n", .notALabel(line: 1, column: 3, found: "0.5")),
    ("1,2,\n", .missingValue(line: 1, column: 3)),
    ("1,2,1.0x\n", .notALabel(line: 1, column: 3, found: "1.0x")),
    ("1,2,99999999999999999999\n", .notALabel(line: 1, column: 3, found: "99999999999999999999")),
    ("1,2,0\n1,2,2\n", .labelOutOfRange(line: 2, column: 3, classCount: 2, found: 2)),
    ("1,2,-1\n", .labelOutOfRange(line: 1, column: 3, classCount: 2, found: -1)),
  ]

  @Test("Says where something else was found than expected", arguments: faults)
  func refuses(text: String, reason: FLMathError.Table) {
    #expect(throws: FLMathError.table(reason)) { try read(text, classes: 2) }
  }

  @Test("A header alone is no table, and its width counts")
  func headerFaults() {
    #expect(throws: FLMathError.table(.noRows)) {
      try CommaSeparatedValues.parse("a,b\n", header: .present, classes: .numbered(2))
    }
    #expect(throws: FLMathError.table(.raggedRow(line: 2, expected: 2, found: 3))) {
      try CommaSeparatedValues.parse("a,b\n1,2,0\n", header: .present, classes: .numbered(2))
    }
    #expect(throws: FLMathError.table(.invalidClassCount(0))) {
      try read("1,0\n", classes: 0)
    }
  }

  @Test("Reads the digits that the demo ships")
  func digits() throws {
    let dataset = try read(DemoData.text("digits.csv"), classes: 10)
    #expect(dataset.count == 1797)
    #expect(dataset.featureCount == 64)
    #expect(dataset.features.allSatisfy { $0 >= 0 && $0 <= 16 })
    #expect(Set(dataset.labels).count == 10)
  }

  /// As pandas 2 writes them: with row numbers, with semicolons, and between quotation marks with the ends of lines of
  /// an old Macintosh.
  @Test(
    "Reads what pandas writes",
    arguments: [
      (
        ",\"length, mm\",\"note \"\"x\"\"\",kind\n0,1.5,1,\"set,osa\"\n1,,2,\"vir\"\"gin\"\n2,3e-07,3,\"line\nend\"\n",
        CommaSeparatedValues.Separator.comma, Set<String>([""])
      ),
      (
        "length, mm;\"note \"\"x\"\"\";kind\n1.5;1;set,osa\n;2;\"vir\"\"gin\"\n3e-07;3;\"line\nend\"\n",
        .semicolon, Set<String>()
      ),
      (
        "\"length, mm\",\"note \"\"x\"\"\",\"kind\"\r\"1.5\",\"1\",\"set,osa\"\r\"\",\"2\",\"vir\"\"gin\"\r\"3e-07\",\"3\",\"line\nend\"\r",
        .comma, Set<String>()
      ),
    ])
  func pandas(text: String, separator: CommaSeparatedValues.Separator, ignored: Set<String>) throws
  {
    func table(_ missing: CommaSeparatedValues.MissingValues) throws -> LabelledTable {
      try CommaSeparatedValues.parse(
        text, separator: separator, header: .present, label: .named("kind"), classes: .found,
        ignoring: ignored, missing: missing)
    }
    let replaced = try table(.replace(-1))
    #expect(replaced.featureNames == ["length, mm", "note \"x\""])
    #expect(replaced.classNames == ["line\nend", "set,osa", "vir\"gin"])
    #expect(replaced.dataset.features == [1.5, 1, -1, 2, 3e-7, 3])
    #expect(replaced.dataset.labels == [1, 2, 0] && replaced.droppedExamples == 0)
    let dropped = try table(.dropExample)
    #expect(dropped.dataset.features == [1.5, 1, 3e-7, 3])
    #expect(dropped.dataset.labels == [1, 0] && dropped.droppedExamples == 1)
    #expect(dropped.classNames == ["line\nend", "set,osa"])
    #expect(
      throws: FLMathError.table(.missingValue(line: 3, column: ignored.isEmpty ? 1 : 2))
    ) { try table(.reject) }
  }

  /// As R 4's `write.csv` does: row names in a column without a name, NA, quotation marks around texts.
  @Test("Reads what R writes, whose row names are no feature")
  func statistics() throws {
    let text = "\"\",\"y\",\"x\",\"z\"\n\"1\",\"b\",1.5,NA\n\"2\",\"a\",2,4\n\"3\",\"b\",-1e+05,5\n"
    func table(ignoring: Set<String>) throws -> LabelledTable {
      try CommaSeparatedValues.parse(
        text, header: .present, label: .number(2), classes: .named(["a", "b", "c"]),
        ignoring: ignoring, missing: .dropExample)
    }
    let found = try table(ignoring: [""])
    #expect(found.dataset.features == [2, 4, -1e5, 5])
    #expect(found.dataset.labels == [0, 1] && found.dataset.classCount == 3)
    #expect(found.featureNames == ["x", "z"] && found.droppedExamples == 1)
    #expect(throws: FLMathError.table(.unnamedColumn(column: 1))) { try table(ignoring: []) }
  }

  @Test("A spreadsheet's byte order mark, semicolons and tabulators")
  func spreadsheet() throws {
    for (separator, mark) in [(CommaSeparatedValues.Separator.semicolon, ";"), (.tab, "\t")] {
      let rows = [["a", "b", "c"], ["1", "", "0"], ["-2.5", "3", "1"]]
      let text = "\u{FEFF}" + rows.map { $0.joined(separator: mark) }.joined(separator: "\r\n")
      let table = try CommaSeparatedValues.parse(
        text, separator: separator, header: .present, classes: .numbered(2), missing: .replace(7))
      #expect(table.dataset.features == [1, 7, -2.5, 3])
      #expect(table.featureNames == ["a", "b"] && table.classNames == nil)
    }
  }

  @Test("Columns that are not there, and choices that cannot be")
  func choices() {
    func refusal(
      header: CommaSeparatedValues.Header = .present,
      label: CommaSeparatedValues.LabelColumn = .last,
      classes: CommaSeparatedValues.Classes = .numbered(2), ignoring: Set<String> = [],
      missing: CommaSeparatedValues.MissingValues = .reject
    ) -> FLMathError.Table? {
      do throws(FLMathError) {
        _ = try CommaSeparatedValues.parse(
          "a,b,b\n1,2,0\n", header: header, label: label, classes: classes, ignoring: ignoring,
          missing: missing)
        return nil
      } catch {
        guard case .table(let reason) = error else {
          Issue.record("\(error)")
          return nil
        }
        return reason
      }
    }
    #expect(refusal() == nil)
    #expect(refusal(label: .named("c")) == .columnNotFound(name: "c", times: 0))
    #expect(refusal(label: .named("b")) == .columnNotFound(name: "b", times: 2))
    #expect(refusal(header: .absent, label: .named("a")) == .columnNotFound(name: "a", times: 0))
    #expect(refusal(label: .number(0)) == .columnOutOfRange(number: 0, columns: 3))
    #expect(refusal(label: .number(4)) == .columnOutOfRange(number: 4, columns: 3))
    #expect(refusal(label: .named("a"), ignoring: ["a"]) == .tooFewColumns(line: 1, found: 2))
    #expect(refusal(classes: .named([])) == .invalidClassCount(0))
    #expect(refusal(classes: .named(["x", "x"])) == .repeatedClass("x"))
    #expect(refusal(missing: .replace(.infinity)) == .invalidReplacement(.infinity))
    #expect(
      refusal(classes: .named(["x", "y"]))
        == .unknownClass(line: 2, column: 3, found: "0", expected: ["x", "y"]))
    let wide = [String](repeating: "1", count: (1 << 16) + 1).joined(separator: ",")
    #expect(throws: FLMathError.table(.tooLarge(.columns, limit: 1 << 16))) {
      try CommaSeparatedValues.parse(wide, classes: .numbered(2))
    }
  }

  /// Random tables, written in all ways that RFC 4180 and old systems allow, are read back. The seed is fixed.
  @Test("Reads back random tables", arguments: 0..<40 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let pieces = ["a", "\"", ",", "\n", "\r", "\r\n", "é", " ", "0", ""]
    let end = ["\n", "\r\n", "\r"].randomElement(using: &generator) ?? "\n"
    func quoted(_ text: String) -> String {
      "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        + "\""
    }
    func field(_ text: String) -> String {
      let isPlain = text.allSatisfy { $0 == "a" || $0 == "é" || $0 == "0" } && !text.isEmpty
      return isPlain && Bool.random(using: &generator) ? text : quoted(text)
    }
    let columns = Int.random(in: 1...4, using: &generator)
    let names = (0..<columns).map { column in
      "n\(column)" + (0..<3).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
    var text = (names + ["label"]).map(field).joined(separator: ",") + end
    var (features, labels): ([Double], [String]) = ([], [])
    for _ in 0..<Int.random(in: 1...20, using: &generator) {
      let row = (0..<columns).map { _ in
        Double.random(in: -1e6...1e6, using: &generator)
      }
      let label =
        "l" + (0..<4).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      features += row
      labels.append(label)
      text += (row.map { field("\($0)") } + [field(label)]).joined(separator: ",") + end
      if Bool.random(using: &generator) { text += end }
    }
    let table = try CommaSeparatedValues.parse(
      text, header: .present, label: .named("label"), classes: .found)
    #expect(table.dataset.features == features)
    #expect(table.featureNames == names)
    let classes = try #require(table.classNames)
    #expect(table.dataset.labels.map { classes[$0] } == labels)
  }
}
