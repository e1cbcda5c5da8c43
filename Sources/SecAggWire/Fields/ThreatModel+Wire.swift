internal import SecAgg

extension ProtoThreatModel {
  init(_ model: ThreatModel) {
    self =
      switch model {
      case .semiHonest: .semiHonest
      }
  }
}

extension FieldParser {
  func threatModel(_ model: ProtoThreatModel, _ field: String) throws(WireError) -> ThreatModel {
    switch model {
    case .unspecified: throw error(.missingField(field))
    case .semiHonest: .semiHonest
    case .UNRECOGNIZED(let number):
      throw error(.invalidValue(field: field, problem: "there is no threat model \(number)"))
    }
  }
}
