import Foundation

/// The one way in which the demo writes a record as JSON: indented, keys in a stable order, so that
/// two runs with the same seed can be compared line by line.
enum RecordJSON {
  /// The record as UTF-8 JSON that ends in a newline.
  static func data(of record: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(record)
    data.append(UInt8(ascii: "\n"))
    return data
  }
}
