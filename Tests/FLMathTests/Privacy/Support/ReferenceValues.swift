import Foundation

/// A value of a file of reference values, which come from other implementations.
///
/// `dp_*.json` come from Google's dp-accounting, PRV and the published formulas of distributed
/// differential privacy; `dp_wide_*.json` are made by
/// `Scripts/privacy-reference-values.py`, `dp_skellam_loss.json` and `dp_fixed_samples.json` by
/// `Scripts/privacy-loss-reference-values.py`. Each names the versions.
enum ReferenceValues: Decodable {
  case number(Double)
  case text(String)
  case flag(Bool)
  case list([ReferenceValues])
  case object([String: ReferenceValues])
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([ReferenceValues].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: ReferenceValues].self))
    }
  }

  struct Missing: Error {
    let what: String
  }

  static func file(_ name: String) throws -> ReferenceValues {
    guard
      let url = Bundle.module.url(
        forResource: name, withExtension: "json", subdirectory: "Reference")
    else { throw Missing(what: name) }
    return try JSONDecoder().decode(ReferenceValues.self, from: Data(contentsOf: url))
  }

  /// The value of a key, which must be there.
  func callAsFunction(_ key: String) throws -> ReferenceValues {
    guard case .object(let members) = self, let value = members[key] else {
      throw Missing(what: key)
    }
    return value
  }

  /// The value of a key, if it is there and not null.
  func optional(_ key: String) -> ReferenceValues? {
    guard case .object(let members) = self, let value = members[key] else { return nil }
    if case .null = value { return nil }
    return value
  }

  func number(_ key: String) throws -> Double { try self(key).number }

  func int(_ key: String) throws -> Int { Int(try number(key)) }

  func text(_ key: String) throws -> String {
    guard case .text(let text) = try self(key) else { throw Missing(what: "text at \(key)") }
    return text
  }

  func list(_ key: String) throws -> [ReferenceValues] { try self(key).list }

  func numbers(_ key: String) throws -> [Double] { try list(key).map { try $0.number } }

  var number: Double {
    get throws {
      guard case .number(let number) = self else { throw Missing(what: "number") }
      return number
    }
  }

  var list: [ReferenceValues] {
    get throws {
      guard case .list(let list) = self else { throw Missing(what: "list") }
      return list
    }
  }
}

/// How far `found` is from `expected`, relative to it; the difference itself where that is 0.
func relativeError(_ found: Double, _ expected: Double) -> Double {
  if found == expected { return 0 }
  return expected == 0 ? abs(found) : abs(found - expected) / abs(expected)
}
