import Foundation

/// The true positives of an attack against its false ones, for all thresholds.
struct AttackCurve {
  /// In ascending order.
  private let members: [Double]
  private let nonMembers: [Double]

  init(members: [Double], nonMembers: [Double]) {
    self.members = members.sorted()
    self.nonMembers = nonMembers.sorted()
  }

  /// The share of members that the attack finds where it calls this share of the others members.
  func truePositives(at falsePositives: Double) -> Double {
    let allowed = Int((falsePositives * Double(nonMembers.count) + 1e-9).rounded(.down))
    guard allowed < nonMembers.count else { return 1 }
    let threshold = nonMembers[nonMembers.count - 1 - allowed]
    let found = members.reversed().prefix { $0 > threshold }.count
    return Double(found) / Double(members.count)
  }

  /// Twelve points in each decade of false positives, from one of 1,000 or five of all on.
  var points: [PrivacyAuditRecord.Rates] {
    let first = max(-3, log10(5 / Double(nonMembers.count)))
    let steps = max(1, Int((-first * 12).rounded(.up)))
    return (0...steps).map { step in
      let falsePositives = pow(10, first * (1 - Double(step) / Double(steps)))
      return PrivacyAuditRecord.Rates(
        falsePositives: falsePositives, truePositives: truePositives(at: falsePositives))
    }
  }
}
