import Testing

@testable import FLMath

@Suite("Numbers nearest to their median")
struct NearestWindowTests {
  @Test("Against sorting by distance", arguments: 1...40 as ClosedRange<UInt64>)
  func window(seed: UInt64) {
    var generator = SimulationGenerator(seed: seed)
    let total = Int.random(in: 1...30, using: &generator)
    let scale = [1, 0x1p-1060, 1e-170, 1e300][Int(seed % 4)]
    let values = (0..<total).map { _ in
      (seed % 3 == 0 ? generator.standardNormal().rounded() : generator.standardNormal()) * scale
    }.sorted()
    let median = (values[(total - 1) / 2] + values[total / 2]) / 2
    let distances = values.map { ($0 - median).magnitude }.sorted()
    for count in 1...total {
      let window = NearestWindow(count, around: median, in: values.span)
      let found = values[window.places].map { ($0 - median).magnitude }.sorted()
      #expect(found == [Double](distances.prefix(count)))
      #expect(window.radius(around: median, in: values.span) == distances[count - 1])
      let farthest = values.indices.filter {
        (values[$0] - median).magnitude == distances[count - 1]
      }
      let (inside, outside) = (
        farthest.filter(window.places.contains), farthest.filter { !window.places.contains($0) }
      )
      let tied = outside.contains { place in inside.contains { values[$0] != values[place] } }
      #expect(window.isAmbiguous == tied)
    }
  }
}
