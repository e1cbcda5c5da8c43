import CSodium

@testable import SecAgg

/// The canonical encoding written a second time, straight from its description, and hashed by
/// libsodium directly: a change of the encoding in the library is noticed here.
struct HandEncoding {
  private(set) var bytes: [UInt8] = []

  init() {}

  /// Begins with a label, its length in front.
  init(label: String) {
    word(UInt64(label.utf8.count))
    bytes += Array(label.utf8)
  }

  mutating func octets(_ octets: [UInt8]) { bytes += octets }

  mutating func octet(_ octet: UInt8) { bytes.append(octet) }

  mutating func half(_ value: UInt32) {
    for place in 0..<4 { bytes.append(UInt8(value >> UInt32(8 * place) & 255)) }
  }

  mutating func word(_ value: UInt64) {
    for place in 0..<8 { bytes.append(UInt8(value >> UInt64(8 * place) & 255)) }
  }

  /// BLAKE2b-256 of what was written.
  func hashed(key: [UInt8] = []) -> [UInt8] {
    Self.blake2b(bytes, key: key, count: 32)
  }

  static func blake2b(_ message: [UInt8], key: [UInt8], count: Int) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count)
    _ = unsafe crypto_generichash(
      &output, count, message, UInt64(message.count), key, key.count)
    return output
  }
}
