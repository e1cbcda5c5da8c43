import ArgumentParser
import SecAgg

/// The mask ciphers by the names that the command line has for them.
enum MaskCipherOption: String, ExpressibleByArgument, CaseIterable {
  case chacha20
  case aes256ctr

  init(_ cipher: MaskCipher) {
    self =
      switch cipher {
      case .chacha20: .chacha20
      case .aes256ctr: .aes256ctr
      }
  }

  var maskCipher: MaskCipher {
    switch self {
    case .chacha20: .chacha20
    case .aes256ctr: .aes256ctr
    }
  }

  /// The fastest that this processor has.
  static var fastest: MaskCipherOption {
    MaskCipherOption(MaskCipher.fastest(of: MaskCipher.available) ?? .chacha20)
  }
}
