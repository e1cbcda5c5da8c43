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
    let powers = HornerPowers(of: holder)
    let threshold = threshold
    coefficients.withWords { coefficients in
      let width = SecretShare.wordCount
      var (a, b, c, d, e): (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
      var row = width * threshold
      // What is left over when the others are taken three at a time comes first.
      while row % (3 * width) != 0 {
        row -= width
        a = powers.step(a, coefficients[row])
        b = powers.step(b, coefficients[row + 1])
        c = powers.step(c, coefficients[row + 2])
        d = powers.step(d, coefficients[row + 3])
        e = powers.step(e, coefficients[row + 4])
      }
      while row > 0 {
        row -= 3 * width
        let three = coefficients.extracting(row..<row + 3 * width)
        a = powers.tripleStep(a, three[10], three[5], three[0])
        b = powers.tripleStep(b, three[11], three[6], three[1])
        c = powers.tripleStep(c, three[12], three[7], three[2])
        d = powers.tripleStep(d, three[13], three[8], three[3])
        e = powers.tripleStep(e, three[14], three[9], three[4])
      }
      words[offset] = FieldElement(folding: a).value.littleEndian
      words[offset + 1] = FieldElement(folding: b).value.littleEndian
      words[offset + 2] = FieldElement(folding: c).value.littleEndian
      words[offset + 3] = FieldElement(folding: d).value.littleEndian
      words[offset + 4] = FieldElement(folding: e).value.littleEndian
    }
  }
}
