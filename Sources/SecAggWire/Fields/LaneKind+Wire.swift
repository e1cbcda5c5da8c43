internal import SecAgg

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
