/// What an algorithm adds to a client's objective F_k, so that the client minimises
///
/// `F_k(w) + <linear, w> + proximalWeight / 2 * ||w - anchor||^2`.
///
/// That is all that heterogeneity-aware algorithms do on the client: FedProx and Ditto add a proximal
/// term, SCAFFOLD a linear one, FedDyn both.
public struct LocalCorrection: Sendable, Hashable {
  /// Added to every gradient; as long as the model, or empty for none.
  let linear: [Double]

  /// How strongly the parameters are drawn to the anchor.
  let proximalWeight: Double

  /// Where they are drawn to; as long as the model, or empty for none.
  let anchor: [Double]

  /// The objective as it is.
  static let none = LocalCorrection(linear: [], proximalWeight: 0, anchor: [])

  /// A linear term.
  static func linear(_ linear: [Double]) -> LocalCorrection {
    LocalCorrection(linear: linear, proximalWeight: 0, anchor: [])
  }

  /// A proximal term; none at all for a weight of 0.
  static func proximal(_ weight: Double, to anchor: [Double]) -> LocalCorrection {
    weight == 0 ? .none : LocalCorrection(linear: [], proximalWeight: weight, anchor: anchor)
  }

  /// Whether both vectors can be added to a gradient of `count` numbers.
  func fits(_ count: Int) -> Bool {
    (linear.isEmpty || linear.count == count) && (anchor.isEmpty || anchor.count == count)
  }

  /// Adds the derivatives at `parameters` to `gradient`.
  func add(to gradient: inout [Double], at parameters: [Double]) {
    for index in linear.indices {
      gradient[index] += linear[index]
    }
    for index in anchor.indices {
      gradient[index] += proximalWeight * (parameters[index] - anchor[index])
    }
  }
}
