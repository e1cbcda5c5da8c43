import FLMath
import Testing

@testable import SecAgg

/// Clients that were given something else get another context, and so masks that do not cancel.
@Suite("Application context of secure FedAvg")
struct ApplicationContextTests {
  private struct Fields {
    var layers = [ParameterLayout.Layer(name: "a", shape: [2, 3])]
    var values = [1.0, 2, 3, 4, 5, 6]
    var round = 7
    var task = "digits"
    var clippingBound = 0.5
    var normBound: Double?
    var maximumWeight: UInt64 = 60
    var minimumValueBits = 16

    func context() throws -> Digest {
      let model = try ParameterVector(layout: ParameterLayout(layers), values: values)
      let secure = try SecureFedAvg(
        parameterCount: values.count, clippingBound: clippingBound, normBound: normBound,
        maximumWeight: maximumWeight, maximumContributors: 5, minimumValueBits: minimumValueBits)
      return secure.applicationContext(of: Broadcast(model: model, round: round), task: task)
    }
  }

  @Test("changes with the model, the round, the task and every setting")
  func everyField() throws {
    var variants = [Fields()]
    func vary(_ change: (inout Fields) -> Void) {
      var fields = Fields()
      change(&fields)
      variants.append(fields)
    }
    for index in 0..<6 { vary { $0.values[index] = $0.values[index].nextUp } }
    vary { $0.values.swapAt(0, 1) }
    vary { $0.layers = [.init(name: "b", shape: [2, 3])] }
    vary { $0.layers = [.init(name: "a", shape: [3, 2])] }
    vary { $0.layers = [.init(name: "a", shape: [6])] }
    vary { $0.layers = [.init(name: "a", shape: [2]), .init(name: "b", shape: [4])] }
    vary { $0.layers = [.init(name: "a", shape: [4]), .init(name: "b", shape: [2])] }
    vary {
      $0.layers = [.init(name: "a", shape: [7])]
      $0.values.append(0)
    }
    vary { $0.round = 8 }
    vary { $0.round = 0 }
    vary { $0.task = "digit" }
    vary { $0.task = "" }
    vary { $0.clippingBound = 0.5.nextUp }
    vary { $0.normBound = 0.5 }
    vary { $0.normBound = 0.6 }
    vary { $0.maximumWeight = 61 }
    vary { $0.minimumValueBits = 30 }
    let contexts = try variants.map { try $0.context() }
    #expect(Set(contexts).count == variants.count)
    #expect(try Fields().context() == contexts[0])
  }

  /// Zero and minus zero are equal numbers but other bits.
  @Test("binds the bits of the model")
  func signedZero() throws {
    var (plus, minus) = (Fields(), Fields())
    plus.values[0] = 0
    minus.values[0] = -0.0
    #expect(try plus.context() != minus.context())
  }
}
