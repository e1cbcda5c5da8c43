import CSecAggABI
import FLMath
import SecAgg
import Testing

/// What came of a session.
struct MeanResult: Equatable {
  let mean: [Double]
  let totalWeight: UInt64
  let contributors: [UInt32]

  init(mean: [Double], totalWeight: UInt64, contributors: [UInt32]) {
    self.mean = mean
    self.totalWeight = totalWeight
    self.contributors = contributors
  }

  /// Reads an aggregate, in both types of numbers.
  init(_ aggregate: Handle, fedAvg: Handle) throws {
    contributors = try numbers(0) {
      secagg_aggregate_contributors(aggregate.value, $0, $1, $2, $3)
    }
    var mean = [Double](repeating: .nan, count: ExactFedAvg.parameterCount)
    var weight: UInt64 = 0
    try succeed {
      secagg_aggregate_mean_float64(
        aggregate.value, fedAvg.value, &mean, mean.count, &weight, $0)
    }
    var narrow = [Float](repeating: .nan, count: mean.count)
    try succeed {
      secagg_aggregate_mean_float32(
        aggregate.value, fedAvg.value, &narrow, narrow.count, nil, $0)
    }
    #expect(narrow == mean.map(Float.init))
    (self.mean, totalWeight) = (mean, weight)
  }
}

extension TestSession {
  /// The mean of some of the clients as the Swift library has it, from a session of its own.
  func swiftMean(of contributors: [UInt32]) throws -> MeanResult {
    let secure = try ExactFedAvg.swift(cohortSize: Self.cohortSize)
    let bytes = try Handle.bytes { secagg_parameters_serialize(parameters.value, $0, $1) }
    let session = try SwiftSession(parameters: bytes, secure: secure)
    let updates = contributors.map { id in
      let client = clients[Int(id) - 1]
      return (id, ClientUpdate(delta: client.update.map(Double.init), weight: client.weight))
    }
    let mean = try session.mean(of: updates)
    return MeanResult(
      mean: mean.mean, totalWeight: mean.totalWeight, contributors: mean.contributors)
  }
}
