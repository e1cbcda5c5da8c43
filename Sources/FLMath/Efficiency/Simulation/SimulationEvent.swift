/// Something that happened in a simulation.
public struct SimulationEvent: Sendable, Hashable {
  /// What it is.
  public enum Kind: Sendable, Hashable {
    /// A client was asked for its loss and has answered.
    case answered(client: UInt32)
    /// A client was selected and begins to receive the model.
    case selected(client: UInt32)
    /// A client vanished before it had reported.
    case droppedOut(client: UInt32)
    /// A client's contribution arrived, after so many local steps.
    case reported(client: UInt32, steps: Int)
    /// The round closed before a client had reported.
    case cutOff(client: UInt32)
    /// The round closed.
    case closed(Closing)
  }

  /// Why a round closed.
  public enum Closing: Sendable, Hashable {
    /// As many reports came as were wanted.
    case goalReached
    /// The deadline passed.
    case deadline
    /// Nobody is left who could report.
    case nobodyLeft
  }

  /// When, in seconds from the start of the simulation.
  public let time: Double

  /// What.
  public let kind: Kind

  /// An event.
  public init(time: Double, kind: Kind) {
    self.time = time
    self.kind = kind
  }
}
