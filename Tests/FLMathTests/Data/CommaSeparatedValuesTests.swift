import FLMath
import Testing

@Suite("Comma-separated values")
struct CommaSeparatedValuesTests {
  @Test("Reads numbers and labels")
  func reads() throws {
    let dataset = try CommaSeparatedValues.parse("1,-2.5e1,0\n.5,+4,2\n", classCount: 3)
    #expect(dataset.features == [1, -25, 0.5, 4])
    #expect(dataset.featureCount == 2)
    #expect(dataset.labels == [0, 2])
    #expect(dataset.classCount == 3)
  }

  @Test(
    "Line ends, blanks, blank lines and a byte order mark do not matter",
    arguments: [
      "1,2,0\r\n3,4,1\r\n", "1,2,0\n3,4,1", "\u{FEFF}1,2,0\n3,4,1\n",
      "\n 1 ,\t2, 0\n\n \n3,4,1\n\n",
    ])
  func tolerates(text: String) throws {
    let dataset = try CommaSeparatedValues.parse(text, classCount: 2)
    #expect(dataset.features == [1, 2, 3, 4])
    #expect(dataset.labels == [0, 1])
  }

  @Test("Skips a header")
  func header() throws {
    let dataset = try CommaSeparatedValues.parse(
      "length,width,kind\r\n1,2,0\r\n", header: .present, classCount: 2)
    #expect(dataset.features == [1, 2])
    #expect(throws: CommaSeparatedValuesError.notANumber(line: 1, column: 1, found: "length")) {
      try CommaSeparatedValues.parse("length,width,kind\n1,2,0\n", classCount: 2)
    }
  }

  static let faults: [(String, CommaSeparatedValuesError)] = [
    ("", .noRows),
    ("\n \n", .noRows),
    ("1,2,0\n1,2\n", .raggedRow(line: 2, expected: 3, found: 2)),
    ("1,2,0\n\n1,2,0,\n", .raggedRow(line: 3, expected: 3, found: 4)),
    ("1\n", .tooFewColumns(line: 1, found: 1)),
    ("1,2,0\n1,x2,0\n", .notANumber(line: 2, column: 2, found: "x2")),
    ("1,,0\n", .notANumber(line: 1, column: 2, found: "")),
    ("1,2 3,0\n", .notANumber(line: 1, column: 2, found: "2 3")),
    ("1,\"2\",0\n", .notANumber(line: 1, column: 2, found: "\"2\"")),
    ("1,nan,0\n", .nonFinite(line: 1, column: 2, found: "nan")),
    ("-inf,1,0\n", .nonFinite(line: 1, column: 1, found: "-inf")),
    ("1e999,1,0\n", .nonFinite(line: 1, column: 1, found: "1e999")),
    ("1,2,0.5\n", .notALabel(line: 1, column: 3, found: "0.5")),
    ("1,2,\n", .notALabel(line: 1, column: 3, found: "")),
    ("1,2,99999999999999999999\n", .notALabel(line: 1, column: 3, found: "99999999999999999999")),
    ("1,2,0\n1,2,2\n", .labelOutOfRange(line: 2, column: 3, classCount: 2, found: 2)),
    ("1,2,-1\n", .labelOutOfRange(line: 1, column: 3, classCount: 2, found: -1)),
  ]

  @Test("Says where something else was found than expected", arguments: faults)
  func refuses(text: String, error: CommaSeparatedValuesError) {
    #expect(throws: error) { try CommaSeparatedValues.parse(text, classCount: 2) }
  }

  @Test("A header alone is no table, and its width counts")
  func headerFaults() {
    #expect(throws: CommaSeparatedValuesError.noRows) {
      try CommaSeparatedValues.parse("a,b\n", header: .present, classCount: 2)
    }
    #expect(throws: CommaSeparatedValuesError.raggedRow(line: 2, expected: 2, found: 3)) {
      try CommaSeparatedValues.parse("a,b\n1,2,0\n", header: .present, classCount: 2)
    }
    #expect(throws: CommaSeparatedValuesError.invalidClassCount(0)) {
      try CommaSeparatedValues.parse("1,0\n", classCount: 0)
    }
  }

  @Test("Reads the digits that the demo ships")
  func digits() throws {
    let dataset = try CommaSeparatedValues.parse(DemoData.text("digits.csv"), classCount: 10)
    #expect(dataset.count == 1797)
    #expect(dataset.featureCount == 64)
    #expect(dataset.features.allSatisfy { $0 >= 0 && $0 <= 16 })
    #expect(Set(dataset.labels).count == 10)
  }
}
