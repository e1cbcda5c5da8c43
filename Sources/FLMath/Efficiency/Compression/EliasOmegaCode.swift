/// The size of positive integers in the Elias omega code (Elias 1975, "Universal Codeword Sets and
/// Representations of the Integers"), where small numbers take few bits.
enum EliasOmegaCode {
  /// The number of bits of the code of `number`, which is at least 1.
  static func bits(of number: Int) -> Int {
    var bits = 1
    var rest = number
    while rest > 1 {
      let length = Int.bitWidth - rest.leadingZeroBitCount
      bits += length
      rest = length - 1
    }
    return bits
  }
}
