import FLMath
import SecAgg

extension TrainingRecord {
  /// What the clients of a sum lost by clipping, and whether the bound fits the updates.
  struct Clipping: Codable, Sendable, Equatable {
    /// Clients with a coordinate beyond the bound.
    var clippedClients: Int
    /// Coordinates beyond the bound, of all clients together.
    var clippedCoordinates: UInt64
    /// All coordinates of all clients.
    var coordinates: UInt64
    /// The distance of neighbouring numbers that an update can hold, for a client of the largest weight.
    @FiniteOrNull var step: Double
    /// A bound that leaves the updates of nine in ten clients as they are; nil if that is unknown.
    @ExplicitNull var suggestedBound: Double?
    /// What is wrong with the bound, and what to do; nil if it fits.
    @ExplicitNull var warning: String?
  }
}

extension TrainingRecord.Clipping {
  /// A share of clipped coordinates that slows a training down.
  static let noticedShare = 0.01
  /// Fewer steps than this between 0 and the largest coordinate are too few.
  static let fewestSteps = 16.0

  init(_ counts: ClippingCounts, of secure: SecureFedAvg) {
    clippedClients = counts.clientsBeyondBound
    clippedCoordinates = counts.clippedCoordinates
    coordinates = UInt64(counts.contributors) * UInt64(secure.parameterCount)
    step = secure.codec.step
    suggestedBound = counts.suggestedBound(from: secure.clippingBound)
    warning = nil
    warning =
      clippedShare >= Self.noticedShare
      ? tooSmall(secure.clippingBound, clients: counts.contributors)
      : tooLarge(counts, bound: secure.clippingBound)
  }

  /// The part of all coordinates that was cut off.
  var clippedShare: Double { Double(clippedCoordinates) / Double(coordinates) }

  private func tooSmall(_ bound: Double, clients: Int) -> String {
    let advice =
      suggestedBound.map {
        "9 in 10 clients stay within --clipping-bound \(DecimalText.significant($0))."
      } ?? "Raise it by several powers of ten."
    return
      "\(Quantity.percent(clippedShare)) of all coordinates, of \(clippedClients) of \(clients) "
      + "clients, were cut off at the clipping bound of \(DecimalText.significant(bound)). "
      + "That costs accuracy. " + advice
  }

  private func tooLarge(_ counts: ClippingCounts, bound: Double) -> String? {
    guard let half = counts.suggestedBound(covering: 0.5, from: bound),
      half < Self.fewestSteps * step, let suggestedBound
    else { return nil }
    return
      "Half of the clients have no coordinate above \(DecimalText.significant(half)), and the clipping bound "
      + "of \(DecimalText.significant(bound)) leaves steps of \(DecimalText.significant(step)). "
      + "That costs accuracy. Lower it to --clipping-bound \(DecimalText.significant(suggestedBound)), or raise "
      + "--value-bits."
  }
}
