@testable internal import SecAgg

/// Code that leaks on purpose.
enum NegativeControls {
  static func run(_ report: inout Report) {
    report.control("control: a branch on a secret", secret: "8 drawn bytes") {
      _ = firstNonZero(of: SecureRandom.secretBytes(8))
    }
    report.control("control: an index by a secret", secret: "1 drawn byte") {
      let table = [UInt8](repeating: 1, count: 256)
      _ = lookUp(SecureRandom.secretBytes(1), in: table)
    }
    report.control("control: a comparison that stops early", secret: "two drawn digests") {
      let one = SecureRandom.secretBytes(Digest.byteCount).withBytes { Digest(span: $0) }
      let other = SecureRandom.secretBytes(Digest.byteCount).withBytes { Digest(span: $0) }
      if one == other { Secrecy.note("equal") }
    }
  }

  /// The number of bytes up to and with the first that is not zero.
  @inline(never)
  private static func firstNonZero(of secret: borrowing SecretBytes) -> Int {
    secret.withBytes { bytes in
      var steps = 0
      for index in bytes.indices {
        steps += 1
        if bytes[index] != 0 { break }
      }
      return Secrecy.declassified(steps)
    }
  }

  /// A table look-up as in ciphers of old; without a check of bounds, which would be a branch.
  @inline(never)
  private static func lookUp(_ secret: borrowing SecretBytes, in table: [UInt8]) -> UInt8 {
    secret.withBytes { bytes in
      let index = Int(bytes[0])
      return Secrecy.declassified(
        unsafe table.withUnsafeBufferPointer { unsafe $0[unchecked: index] })
    }
  }
}

extension UnsafeBufferPointer {
  fileprivate subscript(unchecked index: Int) -> Element {
    unsafe baseAddress.unsafelyUnwrapped[index]
  }
}
