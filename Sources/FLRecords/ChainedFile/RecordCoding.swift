#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Records as JSON on one line with sorted keys, so that equal records have equal bytes.
enum RecordCoding {
  static func encode(_ record: some Encodable, for path: String) throws(FLRecordsError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(record))
    } catch {
      throw .file(.notRepresentable(path: path, reason: "\(error)"))
    }
  }

  static func decode<Record: Decodable>(
    _ type: Record.Type, from line: ChainLine, of path: String
  ) throws(FLRecordsError) -> Record {
    do {
      return try JSONDecoder().decode(type, from: Data(line.record))
    } catch {
      throw .file(.damaged(path: path, line: line.position.lines, .content(reason(error))))
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

/// The first line of a chained file: the format of its records, and their settings.
struct RecordHeader<Settings: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
  let format: String
  let version: Int
  let settings: Settings

  /// Reads the first line of a file.
  ///
  /// - Throws: `FLRecordsError.File.otherFormat`, `.laterVersion` and `.earlierVersion` before the
  ///   settings are decoded.
  static func read(
    _ reader: inout ChainReader, format: String, version: Int, oldest: Int = 1
  ) throws(FLRecordsError) -> Settings {
    // A head counts at least one line, so the file should have one.
    guard let line = try reader.next() else {
      throw .file(.cutOff(path: reader.path, lines: 0, written: 1))
    }
    let kind = try RecordCoding.decode(Kind.self, from: line, of: reader.path)
    guard kind.format == format else {
      throw .file(.otherFormat(path: reader.path, expected: format, found: kind.format))
    }
    guard kind.version <= version else {
      throw .file(.laterVersion(path: reader.path, known: version, found: kind.version))
    }
    guard kind.version >= oldest else {
      throw .file(.earlierVersion(path: reader.path, oldest: oldest, found: kind.version))
    }
    return try RecordCoding.decode(Self.self, from: line, of: reader.path).settings
  }

  private struct Kind: Decodable {
    let format: String
    let version: Int
  }
}
