import Foundation

/// Encoding and decoding as JSON, for what is `Codable`.
enum Codec {
  static func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(json.utf8))
  }

  /// The error that a decoder found in the values, `nil` if decoding succeeded.
  static func refusal<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> (any Error)? {
    do {
      _ = try decode(type, json)
      return nil
    } catch DecodingError.dataCorrupted(let context) {
      return context.underlyingError
    }
  }
}
