/// A number of an update as its owner has it. It is calculated with in `Double`, which has every number
/// of the type.
@usableFromInline
package protocol UpdateNumber: BitwiseCopyable, Sendable {
  /// The same number.
  var widened: Double { get }
}

extension Double: UpdateNumber {
  /// The same number.
  @inlinable package var widened: Double { self }
}

extension Float: UpdateNumber {
  /// The same number.
  @inlinable package var widened: Double { Double(self) }
}
