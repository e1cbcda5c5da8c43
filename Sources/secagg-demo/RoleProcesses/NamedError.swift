import SecAgg
import SecAggWire

/// An error on its way from one process to another: the name of its case, and its text for people.
///
/// Names are those of section 15 of the specification, so that who speaks to a role does not have
/// to read texts. An error that is no enum has the name of its type.
struct NamedError {
  let name: String
  let text: String

  init(_ error: any Error) {
    text = "\(error)"
    name =
      switch error {
      case let refusal as ServerRefusal: refusal.errorCase
      case let error as WireError: Self.nameOfCase(error.reason)
      default: Self.nameOfCase(error)
      }
  }

  /// Reads what `content` gives.
  init(content: [UInt8]) {
    let parts = content.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
    name = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    text = parts.dropFirst().first.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The name in the first line, the text in the others.
  var content: [UInt8] { Array("\(name)\n\(text)".utf8) }

  /// The name of an enum's case.
  static func nameOfCase(_ value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .enum else { return "\(type(of: value))" }
    if let label = mirror.children.first?.label { return label }
    // A case without associated values has no children, and the errors describe themselves.
    return switch value {
    case WireError.Reason.malformed: "malformed"
    case WireError.Reason.checksumMismatch: "checksumMismatch"
    case ServerError.sumInconsistent: "sumInconsistent"
    case ClientError.identityNeeded: "identityNeeded"
    case ClientError.directoryNeeded: "directoryNeeded"
    case ClientError.neighboursNotOfGraph: "neighboursNotOfGraph"
    case ClientError.contributorsDisconnected: "contributorsDisconnected"
    case ClientError.contributorsChanged: "contributorsChanged"
    case ClientError.layoutMismatch: "layoutMismatch"
    case ClientError.missingFromContributors: "missingFromContributors"
    default: "\(value)"
    }
  }
}
