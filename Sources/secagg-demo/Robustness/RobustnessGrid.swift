import Foundation

extension RobustnessRun {
  /// All attacks against all rules, attack by attack: as many cells at a time as there are processors,
  /// since most of a cell is short sessions that leave a processor waiting.
  func cells(
    attacks: [AttackOption], rules: [RuleOption], afterRound: @escaping @Sendable () -> Void
  ) async throws -> [RobustnessRecord.Cell] {
    let pairs = attacks.flatMap { attack in rules.map { (attack, $0) } }
    var cells = [RobustnessRecord.Cell?](repeating: nil, count: pairs.count)
    try await withThrowingTaskGroup(of: (Int, RobustnessRecord.Cell).self) { group in
      var next = 0
      func addTask() {
        guard next < pairs.count else { return }
        let (index, (attack, rule)) = (next, pairs[next])
        group.addTask { (index, try await cell(attack, rule, afterRound: afterRound)) }
        next += 1
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addTask() }
      while let (index, cell) = try await group.next() {
        cells[index] = cell
        addTask()
      }
    }
    return cells.compactMap(\.self)
  }
}
