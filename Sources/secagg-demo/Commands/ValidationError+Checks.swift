import ArgumentParser

extension ValidationError {
  /// Makes of any error a reason that ends the command in one line.
  static func describing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// Refuses a number out of its range.
  static func require<Number>(_ option: String, _ value: Number, in range: ClosedRange<Number>)
    throws
  {
    guard range.contains(value) else {
      throw ValidationError(
        "\(option) must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
  }

  /// Refuses a number that is not finite and above 0.
  static func requirePositive(_ option: String, _ value: Double) throws {
    guard value.isFinite, value > 0 else {
      throw ValidationError("\(option) must be above 0, found \(value)")
    }
  }
}
