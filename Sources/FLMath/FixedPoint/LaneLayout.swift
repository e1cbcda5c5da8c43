/// tmp
public enum LaneLayoutError: Error, Hashable, Sendable { case minimumValueBits(Int), maximumContributors(Int), doesNotFit }
public struct LaneLayout: Sendable, Hashable, Codable {
  public let valueBits: Int, laneBits: Int, lanesPerWord: Int, maximumContributors: Int
  public init(minimumValueBits: Int, maximumContributors: Int) throws(LaneLayoutError) {
    guard (2...62).contains(minimumValueBits) else { throw .minimumValueBits(minimumValueBits) }
    guard maximumContributors >= 1 else { throw .maximumContributors(maximumContributors) }
    let headroom = maximumContributors == 1 ? 0 : 64 - (maximumContributors - 1).leadingZeroBitCount
    guard minimumValueBits + headroom <= 64 else { throw .doesNotFit }
    lanesPerWord = 64 / (minimumValueBits + headroom)
    laneBits = 64 / lanesPerWord
    valueBits = laneBits - headroom
    self.maximumContributors = maximumContributors
  }
  public func wordCount(forElements n: Int) -> Int { (n + lanesPerWord - 1) / lanesPerWord }
  public func maximumSum(contributors: Int) -> UInt64 { UInt64(contributors) &* ((1 << UInt64(valueBits)) &- 1) }
}
