/// A secret of five uniform field elements (305 bits) and the polynomials that share it
/// (Shamir 1979): each element is the constant term of a polynomial of degree t - 1 whose other
/// coefficients are uniform.
///
/// Time and memory accesses depend on the threshold and the number of points only.
struct ShamirSharing: ~Copyable {
  /// Bytes of a secret, and of a share of it.
  static let secretByteCount = SecretShare.byteCount

  private let coefficients: SecretBytes
  private let threshold: Int

  /// Fresh uniform field elements, 8 bytes each.
  static func randomElements(_ count: Int) -> SecretBytes {
    var elements = SecureRandom.secretBytes(8 * count)
    elements.withMutableWords { words in
      for index in words.indices {
        words[index] &= FieldElement.modulus
        // One word in 2^61 is rejected; that it happened tells nothing of the word that is kept.
        while words[index] == FieldElement.modulus {
          let again = SecureRandom.secretBytes(8)
          words[index] = again.withWords { $0[0] } & FieldElement.modulus
        }
      }
    }
    return elements
  }

  /// A fresh secret.
  static func randomSecret() -> SecretBytes {
    randomElements(SecretShare.wordCount)
  }

  /// Fresh coefficients of a secret's polynomials, five for each power from 0 on.
  static func randomCoefficients(threshold: Int) -> SecretBytes {
    randomElements(SecretShare.wordCount * threshold)
  }

  /// Draws the polynomials for `secret`, of which `threshold` shares are enough.
  init(of secret: borrowing SecretBytes, threshold: Int) {
    self.init(
      of: secret, coefficients: Self.randomCoefficients(threshold: threshold),
      threshold: threshold)
  }

  /// The polynomials for `secret` with coefficients that were drawn before; their constant terms
  /// are replaced by the secret.
  init(
    of secret: borrowing SecretBytes, coefficients: consuming SecretBytes, threshold: Int
  ) {
    var coefficients = coefficients
    coefficients.withMutableWords { coefficients in
      secret.withWords { secret in
        for index in 0..<SecretShare.wordCount { coefficients[index] = secret[index] }
      }
    }
    self.coefficients = coefficients
    self.threshold = threshold
  }

  /// Writes the share for the holder with this id as five words from `offset` on.
  ///
  /// Complexity: O(threshold); the five Horner chains are independent and run side by side.
  func writeShare(for holder: ClientID, to words: inout MutableSpan<UInt64>, at offset: Int) {
    let point = UInt64(holder.rawValue)
    let threshold = threshold
    coefficients.withWords { coefficients in
      var (a, b, c, d, e): (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
      var row = SecretShare.wordCount * (threshold - 1)
      while row >= 0 {
        a = FieldElement.hornerStep(a, point, coefficients[row])
        b = FieldElement.hornerStep(b, point, coefficients[row + 1])
        c = FieldElement.hornerStep(c, point, coefficients[row + 2])
        d = FieldElement.hornerStep(d, point, coefficients[row + 3])
        e = FieldElement.hornerStep(e, point, coefficients[row + 4])
        row -= SecretShare.wordCount
      }
      words[offset] = FieldElement(folding: a).value.littleEndian
      words[offset + 1] = FieldElement(folding: b).value.littleEndian
      words[offset + 2] = FieldElement(folding: c).value.littleEndian
      words[offset + 3] = FieldElement(folding: d).value.littleEndian
      words[offset + 4] = FieldElement(folding: e).value.littleEndian
    }
  }
}
