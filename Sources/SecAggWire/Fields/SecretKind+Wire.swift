internal import SecAgg

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
