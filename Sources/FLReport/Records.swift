package import Foundation

/// The one way in which the demo writes a record as JSON: indented, keys in a stable order, so that
/// two runs with the same seed can be compared line by line.
package enum RecordJSON {
  /// The record as UTF-8 JSON that ends in a newline.
  package static func data(of record: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(record)
    data.append(UInt8(ascii: "\n"))
    return data
  }
}

/// An optional value whose key is always written: `null` when there is none, so that a reader finds
/// every key in every record.
@propertyWrapper
package struct ExplicitNull<Value: Encodable & Sendable>: Encodable, Sendable {
  package var wrappedValue: Value?

  package init(wrappedValue: Value?) {
    self.wrappedValue = wrappedValue
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

/// A number that may turn out not to be one, such as the loss of a diverged model.
///
/// JSON has no NaN and no infinity, and `JSONEncoder` fails on them. A run that diverged is exactly
/// the one somebody wants to look at, so such a value is written as `null`.
@propertyWrapper
package struct FiniteOrNull: Encodable, Sendable {
  package var wrappedValue: Double

  package init(wrappedValue: Double) {
    self.wrappedValue = wrappedValue
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if wrappedValue.isFinite {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

/// Counts of values in bins of equal width.
package struct Histogram: Encodable, Sendable {
  @FiniteOrNull package var lowerBound: Double
  @FiniteOrNull package var upperBound: Double
  package var counts: [Int]
  /// What is counted, such as "decoded mean".
  package var label: String
  /// Unit of the bounds, such as "model units".
  package var unit: String

  /// Counts `values` in `bins` bins of equal width over `range`.
  ///
  /// A value outside the range counts in the nearest bin, so that no finite value disappears. Values that are not
  /// finite are left out.
  package static func histogram(
    of values: [Double], bins: Int, range: ClosedRange<Double>, label: String, unit: String
  ) -> Histogram {
    let finite = values.filter(\.isFinite)
    var (lower, upper) = (range.lowerBound, range.upperBound)
    if !lower.isFinite || !upper.isFinite || !(upper - lower).isFinite {
      (lower, upper) = (-1, 1)
    }
    if lower == upper {
      // Equal values still need a bin that has a width.
      let margin = max(abs(lower) * 0.5, 0.5)
      (lower, upper) = (lower - margin, upper + margin)
    }
    var counts = [Int](repeating: 0, count: max(1, bins))
    for value in finite {
      let clamped = min(max(value, lower), upper)
      let position = (clamped - lower) / (upper - lower) * Double(counts.count)
      counts[min(Int(position), counts.count - 1)] += 1
    }
    return Histogram(
      lowerBound: lower, upperBound: upper, counts: counts, label: label, unit: unit)
  }
}

/// The middle of a set of measurements, which one slow round cannot move.
package enum Median {
  /// Median of the finite values; nil when there are none.
  package static func of(_ values: [Double]) -> Double? {
    let sorted = values.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
