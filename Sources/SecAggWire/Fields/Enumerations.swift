internal import SecAgg

extension ProtoThreatModel {
  init(_ model: ThreatModel) {
    self =
      switch model {
      case .semiHonest: .semiHonest
      case .malicious: .malicious
      }
  }
}

extension FieldParser {
  func threatModel(_ model: ProtoThreatModel, _ field: String) throws(WireError) -> ThreatModel {
    switch model {
    case .unspecified: throw error(.missingField(field))
    case .semiHonest: .semiHonest
    case .malicious: .malicious
    case .UNRECOGNIZED(let number):
      throw error(.invalidValue(field: field, problem: "there is no threat model \(number)"))
    }
  }
}

extension ProtoLaneKind {
  init(_ kind: LaneKind) {
    self =
      switch kind {
      case .unsigned: .unsigned
      case .signed: .signed
      }
  }
}

extension FieldParser {
  func laneKind(_ kind: ProtoLaneKind, _ field: String) throws(WireError) -> LaneKind {
    switch kind {
    case .unspecified: throw error(.missingField(field))
    case .unsigned: .unsigned
    case .signed: .signed
    case .UNRECOGNIZED(let number):
      throw error(.invalidValue(field: field, problem: "there is no lane kind \(number)"))
    }
  }
}

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

extension ProtoSecretKind {
  init(_ kind: SecretKind) {
    self =
      switch kind {
      case .selfMask: .selfMask
      case .maskKey: .maskKey
      }
  }
}

extension FieldParser {
  func secretKind(_ kind: ProtoSecretKind, _ field: String) throws(WireError) -> SecretKind {
    switch kind {
    case .unspecified: throw error(.missingField(field))
    case .selfMask: .selfMask
    case .maskKey: .maskKey
    case .UNRECOGNIZED(let number):
      throw error(.invalidValue(field: field, problem: "there is no secret kind \(number)"))
    }
  }
}
