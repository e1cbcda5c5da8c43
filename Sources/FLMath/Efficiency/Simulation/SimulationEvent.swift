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

/// What is going to happen, in the order of time; of simultaneous events, in the order in which they
/// were scheduled. A binary heap.
struct EventQueue<Event: Sendable>: Sendable {
  private struct Entry: Sendable {
    let time: Double
    let sequence: Int
    let event: Event

    func isBefore(_ other: Entry) -> Bool {
      (time, sequence) < (other.time, other.sequence)
    }
  }

  private var heap: [Entry] = []
  private var scheduled = 0

  /// Adds an event. O(log n).
  mutating func schedule(_ event: Event, at time: Double) {
    heap.append(Entry(time: time, sequence: scheduled, event: event))
    scheduled += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes out the next event. O(log n).
  mutating func next() -> (time: Double, event: Event)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.time, first.event)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var earliest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[earliest]) {
        earliest = child
      }
      guard earliest != parent else { return }
      heap.swapAt(parent, earliest)
      parent = earliest
    }
  }
}

/// The random streams of a simulation, each for one purpose, round and client. The draws of a client do not depend
/// on the other clients.
struct SimulationStreams: Sendable, Hashable {
  let seed: UInt64

  enum Purpose: UInt64 {
    case selection = 1
    case dropout
    case training
  }

  /// The seed of a stream.
  func seed(_ purpose: Purpose, round: Int, client: UInt32 = 0) -> UInt64 {
    var mixed = seed
    for part in [purpose.rawValue, UInt64(round), UInt64(client)] {
      // Each part goes through a full mixing, so that neighbouring numbers have nothing in common.
      var mixer = SplitMix64(state: mixed ^ part)
      mixed = mixer.next()
    }
    return mixed
  }

  /// The generator of a stream.
  func generator(_ purpose: Purpose, round: Int, client: UInt32 = 0) -> SimulationGenerator {
    SimulationGenerator(seed: seed(purpose, round: round, client: client))
  }
}
