@testable import SecAgg

/// Bytes as tests type and compare them.
enum OctetString {
  /// The bytes of hexadecimal digits as a standard prints them; blanks are skipped.
  static func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).map { UInt8($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// A copy of the bytes of a secret.
  static func of(_ secret: borrowing SecretBytes) -> [UInt8] {
    secret.withBytes { of($0) }
  }

  static func of(_ span: Span<UInt8>) -> [UInt8] {
    span.indices.map { span[$0] }
  }

  /// `count` bytes that follow from the generator.
  static func random(_ count: Int, _ generator: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
  }
}
