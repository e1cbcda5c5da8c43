import ArgumentParser

/// How updates are compressed before they are summed, with settings that suit the digits.
enum CompressionOption: String, ExpressibleByArgument, CaseIterable, Sendable {
  case quantized
  case rotated
  case randomK = "random-k"

  /// Bits of a code of the quantised update.
  static let quantizedBits = 8
  /// Bits of a code of the update that was rotated before.
  static let rotatedBits = 6
  /// The share of the coordinates that random-k sends.
  static let sentShare = 0.1

  /// Name and settings, as the report has them.
  var title: String {
    switch self {
    case .quantized: "FedAvg, \(Self.quantizedBits) bits"
    case .rotated: "FedAvg, rotated, \(Self.rotatedBits) bits"
    case .randomK: "FedAvg, random-k 10 %"
    }
  }

  var colour: ChartColour {
    switch self {
    case .quantized: .curve3
    case .rotated: .curve4
    case .randomK: .curve8
    }
  }
}
