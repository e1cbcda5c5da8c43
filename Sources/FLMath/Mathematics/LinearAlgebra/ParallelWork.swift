internal import Dispatch
internal import Synchronization

/// The largest number of threads on which a robust rule computes.
///
/// Without a limit, rules use all active processors. The result is the same, bit for bit, on any number of
/// threads.
///
/// ```swift
/// let aggregate = try ThreadLimit.$current.withValue(2) { try rule.aggregate(updates) }
/// ```
public enum ThreadLimit {
  /// The limit for calls in this task, the caller's own thread included; `nil` for all active
  /// processors. A number below 1 counts as 1.
  @TaskLocal public static var current: Int?
}

/// Work that is divided into numbered items, in a way that does not depend on the number of threads.
///
/// Threads take the items in order, each the next one that is left. What they compute is put together in
/// the order of the items. So the result is the same, bit for bit, on any number of threads.
enum ParallelWork {
  /// The size of an item for which another thread is worth its start.
  private static let smallestItem = 1 << 15

  /// Returns what `transform` makes of every number below `count`, in order.
  ///
  /// - Parameters:
  ///   - count: how many numbers there are.
  ///   - size: what one number costs, in units of about a nanosecond. Several cheap ones are one item.
  ///   - transform: computes one of them. It is called on several threads at once.
  static func map<Element: Sendable>(
    _ count: Int, size: Int, _ transform: @Sendable (Int) -> Element
  ) -> [Element] {
    let perItem = max(1, smallestItem / max(1, size))
    let items = (count + perItem - 1) / perItem
    return reduce(items, into: []) { item in
      (item * perItem..<min(count, (item + 1) * perItem)).map(transform)
    } _: { elements, part in
      elements.append(contentsOf: part)
    }
  }

  /// Returns what `transform` makes of every row, in order.
  static func map<Element: Sendable>(
    _ rows: [[Double]], _ transform: @Sendable ([Double]) -> Element
  ) -> [Element] {
    map(rows.count, size: rows.first?.count ?? 0) { transform(rows[$0]) }
  }

  /// Puts together what `transform` makes of every item, in the order of the items.
  ///
  /// - Parameters:
  ///   - count: the number of items.
  ///   - initial: the result of no items.
  ///   - transform: computes one item. It is called on several threads at once.
  ///   - combine: adds the next item. It is called by one thread at a time, and should take much less
  ///     time than `transform`.
  static func reduce<Part: Sendable, Total: Sendable>(
    _ count: Int, into initial: Total, _ transform: @Sendable (Int) -> Part,
    _ combine: @Sendable (inout Total, Part) -> Void
  ) -> Total {
    // Dispatch itself uses no more threads than there are active processors.
    let threads = min(count, max(1, ThreadLimit.current ?? count))
    guard threads > 1 else {
      var total = initial
      for item in 0..<count { combine(&total, transform(item)) }
      return total
    }
    let next = Atomic<Int>(0)
    let reduction = Mutex(OrderedReduction<Part, Total>(total: initial))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard item < count else { return }
        let part = transform(item)
        reduction.withLock { $0.add(part, of: item, combine) }
      }
    }
    return reduction.withLock { $0.total }
  }
}

/// The total of the first items, and the parts of later ones that were done before their turn.
private struct OrderedReduction<Part: Sendable, Total: Sendable>: Sendable {
  private(set) var total: Total
  private var combined = 0
  private var waiting: [Int: Part] = [:]

  init(total: Total) {
    self.total = total
  }

  mutating func add(_ part: Part, of item: Int, _ combine: (inout Total, Part) -> Void) {
    guard item == combined else {
      waiting[item] = part
      return
    }
    combine(&total, part)
    combined += 1
    while let part = waiting.removeValue(forKey: combined) {
      combine(&total, part)
      combined += 1
    }
  }
}

/// The columns of a matrix, in chunks that threads take one after the other.
enum ColumnChunks {
  /// The columns of a chunk, a multiple of ``ColumnBlock/width``.
  static let width = 4096

  /// The number of chunks of so many columns.
  static func count(of dimension: Int) -> Int {
    (dimension + width - 1) / width
  }

  /// The columns of a chunk.
  static func columns(of chunk: Int, dimension: Int) -> Range<Int> {
    chunk * width..<min(dimension, (chunk + 1) * width)
  }

  /// Returns a vector of which `elements` computes the elements of a range.
  static func vector(
    dimension: Int, _ elements: @Sendable (Range<Int>) -> [Double]
  ) -> [Double] {
    var vector: [Double] = []
    vector.reserveCapacity(dimension)
    let count = count(of: dimension)
    return ParallelWork.reduce(count, into: vector) { chunk in
      elements(columns(of: chunk, dimension: dimension))
    } _: { vector, elements in
      vector.append(contentsOf: elements)
    }
  }
}
