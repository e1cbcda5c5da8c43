import FLMath
import SecAgg

extension ElementLanes {
  /// The largest sum of unsigned lanes; signed ones have no headroom to speak of.
  func maximumSum(contributors: Int) -> UInt64 {
    switch self {
    case .unsigned(let lanes): lanes.maximumSum(contributors: contributors)
    case .signed: 0
    }
  }
}
