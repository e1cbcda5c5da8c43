internal import SecAgg

extension ProtoMaskCipher {
  init(_ cipher: MaskCipher) {
    self =
      switch cipher {
      case .chacha20: .chacha20
      case .aes256ctr: .aes256Ctr
      }
  }
}

extension FieldParser {
  func maskCipher(_ cipher: ProtoMaskCipher, _ field: String) throws(WireError) -> MaskCipher {
    switch cipher {
    case .unspecified: throw error(.missingField(field))
    case .chacha20: .chacha20
    case .aes256Ctr: .aes256ctr
    case .UNRECOGNIZED(let number):
      throw error(.invalidValue(field: field, problem: "there is no mask cipher \(number)"))
    }
  }
}
