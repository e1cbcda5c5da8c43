#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Records as JSON on one line, keys in order: the same record is always the same bytes.
enum RecordCoding {
  static func encode(_ record: some Encodable, for path: String) throws(RecordFileError) -> [UInt8]
  {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(record))
    } catch {
      throw .notRepresentable(path: path, reason: "\(error)")
    }
  }

  static func decode<Record: Decodable>(
    _ type: Record.Type, from line: ChainLine, of path: String
  ) throws(RecordFileError) -> Record {
    do {
      return try JSONDecoder().decode(type, from: Data(line.record))
    } catch {
      throw .damaged(path: path, line: line.position.lines, .content(reason(error)))
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return context.debugDescription
    @unknown default: return "\(error)"
    }
  }
}
