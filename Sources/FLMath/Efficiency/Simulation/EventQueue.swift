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
