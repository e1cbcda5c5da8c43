internal import Synchronization

/// The smallest of the items that threads could not do.
final class FirstFailure: Sendable {
  private let smallest = Atomic<Int>(.max)

  func note(_ item: Int) {
    smallest.min(item, ordering: .relaxed)
  }

  /// `nil` if all items were done.
  var item: Int? {
    let item = smallest.load(ordering: .relaxed)
    return item == .max ? nil : item
  }
}
