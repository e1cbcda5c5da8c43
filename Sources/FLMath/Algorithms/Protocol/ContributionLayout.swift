/// The parts of the flat vector that a client sends, one after the other.
///
/// A part says how large its numbers get, so that each can be clipped and encoded in fixed point on
/// a scale of its own.
public struct ContributionLayout: Sendable, Hashable {
  /// One part of the vector.
  public struct Part: Sendable, Hashable {
    /// What the part is.
    public let name: String
    /// How many numbers it has.
    public let count: Int
    /// How large they get.
    public let magnitude: Magnitude
  }

  /// How large the numbers of a part get.
  public enum Magnitude: Sendable, Hashable {
    /// As large as the difference of a client's model to the global one.
    case update
    /// As large as a difference of mean gradients: the difference of two models that are as far
    /// from the global one as updates get, divided by the length of the path to them, which is the
    /// number of local steps times their learning rate.
    case gradientDifference
    /// Never larger than this, in any round.
    case atMost(Double)
  }

  /// The parts, in order.
  public let parts: [Part]

  /// The numbers of all parts together.
  public var count: Int { parts.reduce(0) { $0 + $1.count } }

  init(_ parts: [Part]) {
    self.parts = parts
  }

  /// One part: the difference of the models.
  static func update(of parameters: Int) -> ContributionLayout {
    ContributionLayout([Part(name: "update", count: parameters, magnitude: .update)])
  }

  /// Where the numbers of every part lie.
  public var ranges: [Range<Int>] {
    var start = 0
    return parts.map { part in
      defer { start += part.count }
      return start..<(start + part.count)
    }
  }

  /// A bound for the numbers of every part, to clip them to before they are encoded.
  ///
  /// - Parameters:
  ///   - update: the bound of a coordinate of a client's update.
  ///   - path: the least number of local steps times their learning rate; it matters where a part
  ///     is a difference of gradients.
  public func bounds(update: Double, path: Double) -> [Double] {
    parts.map { part in
      switch part.magnitude {
      case .update: update
      case .gradientDifference: 2 * update / path
      case .atMost(let bound): bound
      }
    }
  }
}
