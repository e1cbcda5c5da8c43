internal import SecAgg

// Threat models and mask ciphers have the numbers of the header, which are bits of a set as well.

extension ThreatModel {
  /// The model of a constant of the header.
  init(code: UInt32) throws(Failure) {
    guard let model = UInt8(exactly: code).flatMap(ThreatModel.init(rawValue:)) else {
      throw .invalidArgument(
        "the threat model is SECAGG_SEMI_HONEST or SECAGG_MALICIOUS, found \(code)")
    }
    self = model
  }

  /// The models of a set of the header, where 0 stands for all.
  static func set(of bits: UInt32) throws(Failure) -> Set<ThreatModel> {
    try members(of: bits, empty: Set(allCases), "threat models")
  }
}

extension MaskCipher {
  /// The cipher of a constant of the header.
  init(code: UInt32) throws(Failure) {
    guard let cipher = UInt8(exactly: code).flatMap(MaskCipher.init(rawValue:)) else {
      throw .invalidArgument(
        "the mask cipher is SECAGG_CHACHA20 or SECAGG_AES256CTR, found \(code)")
    }
    self = cipher
  }

  /// The ciphers of a set of the header, where 0 stands for `empty`.
  static func set(of bits: UInt32, empty: Set<MaskCipher>) throws(Failure) -> Set<MaskCipher> {
    try members(of: bits, empty: empty, "mask ciphers")
  }
}

/// The members of a set that is given by bits.
private func members<Member: Hashable & CaseIterable & RawRepresentable>(
  of bits: UInt32, empty: Set<Member>, _ name: StaticString
) throws(Failure) -> Set<Member> where Member.RawValue == UInt8 {
  guard bits != 0 else { return empty }
  var rest = bits
  var members: Set<Member> = []
  for member in Member.allCases where bits & UInt32(member.rawValue) != 0 {
    members.insert(member)
    rest &= ~UInt32(member.rawValue)
  }
  guard rest == 0 else { throw .invalidArgument("there are no \(name) of the bits \(rest)") }
  return members
}

extension Failure {
  /// A reserved field that is not 0: the caller means something that this library does not know.
  static func reserved(_ argument: StaticString) -> Failure {
    .invalidArgument("\(argument).reserved is not 0")
  }
}
