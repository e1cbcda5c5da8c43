import ArgumentParser
import FLMath

/// The ways to add noise that are audited.
enum AuditedMechanism: String, Encodable, Sendable, CaseIterable {
  /// The server adds Gaussian noise to the sum.
  case centralGaussian
  /// The server adds Gaussian noise to the sums, which is correlated over the rounds of the run.
  case correlatedGaussian
  /// Every client adds a share of discrete Gaussian noise.
  case discreteGaussian
  /// Every client adds a share of Skellam noise.
  case skellam
  /// Every client adds a share of discrete Gaussian noise to its update and its clip bit.
  case adaptiveClipping

  var title: String {
    switch self {
    case .centralGaussian: "central Gaussian"
    case .correlatedGaussian: "central, correlated"
    case .discreteGaussian: "distributed discrete Gaussian"
    case .skellam: "distributed Skellam"
    case .adaptiveClipping: "distributed, adaptive clipping"
    }
  }

  /// The relations under which the mechanism is audited.
  func relations(assuming assumption: AuditAssumption) -> [NeighbouringRelation] {
    switch (self, assumption) {
    case (.centralGaussian, _), (.correlatedGaussian, _): [.addOrRemove, .replace]
    case (_, .claimed): [.zeroOut, .replace]
    case (_, .addOrRemove): [.addOrRemove]
    }
  }

  /// Whether the releases are as private as those of a Gaussian mechanism, but for what the accountant adds:
  /// then a much larger bound is right.
  func isGaussian(under relation: NeighbouringRelation) -> Bool {
    switch self {
    case .centralGaussian, .correlatedGaussian: true
    case .discreteGaussian, .adaptiveClipping: relation != .addOrRemove
    case .skellam: false
    }
  }
}

/// What is assumed of the client that neighbouring runs differ in.
enum AuditAssumption: String, Encodable, Sendable, CaseIterable, ExpressibleByArgument {
  /// What the library claims: where clients share the noise, the client stays and adds its share.
  case claimed
  /// That the client is removed, although it takes its share of the noise with it. The claim is false then.
  case addOrRemove = "add-or-remove"
}
