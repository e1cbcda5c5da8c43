/// What it means that two sets of records differ in one. In federated learning a record is a client with
/// all its examples.
///
/// A guarantee holds for one of them, and the numbers differ: replacing a record changes a sum of
/// clipped contributions by up to twice the bound, the others by the bound. A ``PrivacyEvent`` is made for
/// one relation, and accountants and ledgers of another one reject it.
public enum NeighbouringRelation: String, Sendable, Hashable, Codable, CaseIterable {
  /// One has a record more than the other. The number of records is not public.
  ///
  /// This needs noise whose amount does not depend on the records: a trusted server's. A client that is
  /// removed takes its own share of the noise with it, and the variance of the sum tells.
  case addOrRemove
  /// Both have the same participants, and one of these contributes nothing in one of them: it stays, adds
  /// its noise, and its update and its clip bit are 0 (Kairouz, Liu and Steinke 2021, section 2).
  ///
  /// It hides what a participant's data say. It does not hide who takes part.
  case zeroOut
  /// Both have as many records, and differ in one of them.
  case replace

  /// How many clipping bounds the sum of clipped contributions moves at most: 1 or 2.
  public var sensitivityFactor: Double {
    switch self {
    case .addOrRemove, .zeroOut: 1
    case .replace: 2
    }
  }
}
