/// The elements of a vector or of a sum, of the kind of the session's lanes.
///
/// The kind is part of the value, so that sums of one kind are never taken for the other's:
///
/// ```swift
/// guard let sums = aggregate.sums.signed else { … }
/// ```
public enum VectorElements: Sendable, Hashable {
  /// Elements of unsigned lanes.
  case unsigned([UInt64])
  /// Elements of signed lanes.
  case signed([Int64])

  /// The elements of unsigned lanes; `nil` if the lanes are signed.
  public var unsigned: [UInt64]? {
    if case .unsigned(let elements) = self { elements } else { nil }
  }

  /// The elements of signed lanes; `nil` if the lanes are unsigned.
  public var signed: [Int64]? {
    if case .signed(let elements) = self { elements } else { nil }
  }
}
