import Foundation
import Testing

@testable import SecAgg

/// One test vector: inputs, and what this package makes of them.
protocol VectorCase: Codable {
  associatedtype Input: Codable
  var input: Input { get }
  /// Computes everything else from the inputs.
  init(_ input: Input) throws
}

/// A file in the folder `TestVectors`. With `SECAGG_WRITE_VECTORS=1` in the environment, the test writes
/// the file again before it verifies it.
struct VectorFile<Case: VectorCase>: Sendable {
  let name: String
  let about: String
  let inputs: @Sendable () throws -> [Case.Input]

  private struct Contents: Codable {
    let about: String
    let cases: [Case]
  }

  static var folder: URL {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("TestVectors")
  }

  private var url: URL { Self.folder.appendingPathComponent(name + ".json") }

  private func bytes(of inputs: [Case.Input]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(Contents(about: about, cases: inputs.map { try Case($0) })) + [10]
  }

  /// The cases as they stand in the file.
  func read() throws -> [Case] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Contents.self, from: Data(contentsOf: url)).cases
  }

  /// Computes the file again from the inputs that stand in it and compares every byte: a key that
  /// is missing, unknown or of another value is a failure.
  func verify() throws {
    if ProcessInfo.processInfo.environment["SECAGG_WRITE_VECTORS"] == "1" {
      try bytes(of: inputs()).write(to: url)
    }
    let recomputed = try bytes(of: read().map(\.input))
    let found = try Data(contentsOf: url)
    if found != recomputed {
      let (old, new) = (found.split(separator: 10), recomputed.split(separator: 10))
      let line = zip(old, new).prefix { $0 == $1 }.count + 1
      Issue.record("\(name).json is not what the code computes, first at line \(line)")
    }
    #expect(found.count < 500_000)
  }
}

/// Bytes, which stand in vectors as hexadecimal digits.
struct Hex: Codable, Hashable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }
  init(_ digest: Digest) { bytes = digest.bytes }
  init(_ secret: borrowing SecretBytes) { bytes = OctetString.of(secret) }

  /// Words, each of them little-endian.
  init(words: [UInt64]) {
    var writer = ByteWriter()
    for word in words { writer.write(word) }
    bytes = writer.bytes
  }

  init(from decoder: any Decoder) throws {
    bytes = OctetString.hex(try decoder.singleValueContainer().decode(String.self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let digits = Array("0123456789abcdef")
    try container.encode(
      String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))
  }

  var secret: SecretBytes { SecretBytes(copying: bytes) }

  var digest: Digest {
    get throws { try #require(Digest(bytes: bytes)) }
  }

  var words: [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}

extension Hex {
  /// Fixed bytes that nobody chose: digests of a text and a number.
  static func fixed(_ text: String, count: Int = 32) -> Hex {
    var bytes: [UInt8] = []
    var block = 0
    while bytes.count < count {
      let message = Array("SecAgg test vectors: \(text) #\(block)".utf8)
      bytes += Hashing.digest(ofRaw: message.span).bytes
      block += 1
    }
    return Hex(Array(bytes.prefix(count)))
  }

  /// Fixed field elements, 8 bytes each.
  static func fixedElements(_ text: String, count: Int) -> Hex {
    Hex(
      words: fixed(text, count: 8 * count).words.map {
        ($0 & FieldElement.modulus) % FieldElement.modulus
      })
  }
}

extension ClientID {
  /// The id of a number in a vector.
  static func of(_ number: UInt32) throws -> ClientID { try #require(ClientID(number)) }
}
