/// The colours of the charts, by meaning. Their values, for light and for dark pages, are in the
/// style sheet; they come from the palette of Okabe and Ito, which stays distinct for readers who
/// are colour-blind.
enum ChartColour: String, CaseIterable {
  case secure
  case plain
  case stayed
  case leftAfterMaskedInput = "left-after-masked-input"
  case leftAfterSharingKeys = "left-after-sharing-keys"
  case leftBeforeSharingKeys = "left-before-sharing-keys"
  case unreached
  case refused
  case masked
  case hidden
  case mean
  case up
  case down
  case client
  case server
  case central
  case distributed
  case centralInTurns = "central-in-turns"
  case correlated
  case noNoise = "no-noise"
  case curve1
  case curve2
  case curve3
  case curve4
  case curve5
  case curve6
  case curve7
  case curve8
  case curve9
  case curve10

  /// Class that makes this the current colour of a shape.
  var style: String { "colour-" + rawValue }
}
