/// What it means that two sets of records differ in one.
///
/// A guarantee holds for one of them, and the numbers differ: replacing a record changes a sum of
/// clipped contributions by up to twice the bound, adding or removing one by the bound.
public enum NeighbouringRelation: String, Sendable, Hashable, Codable, CaseIterable {
  /// One has a record more than the other. The number of records is not public.
  case addOrRemove
  /// Both have as many records, and differ in one of them.
  case replace

  /// How many clipping bounds the sum of clipped contributions moves at most: 1 or 2.
  public var sensitivityFactor: Double {
    switch self {
    case .addOrRemove: 1
    case .replace: 2
    }
  }
}
