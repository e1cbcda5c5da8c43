import ArgumentParser
import Experiments
import FLReport

/// Attacks on the releases of the privacy mechanisms.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Attack what each privacy mechanism releases, and bound epsilon from below.",
    discussion: "The exit code is 1 if a bound is above its claim.")

  @Option(help: "The claim for which the noise is calibrated, for all rounds together.")
  var epsilon = 4.0

  @Option(help: "Probability with which epsilon may not hold.")
  var delta = 1e-5

  @Option(help: "Number of clients, at least 3. (default: 12; quick: 6)")
  var clients: Int?

  @Option(help: "Number of parameters; in one run, of canaries as well.")
  var parameters = 650

  @Option(help: "Rounds of a run, whose scores are added up; one round is audited as well.")
  var rounds = 10

  @Option(help: "Trials with the canary, and as many without. (default: 1500; quick: 1000)")
  var trials: Int?

  @Option(help: "Probability with which all bounds hold together, at least.")
  var confidence = 0.95

  @Option(
    help: """
      claimed, or add-or-remove: a client that is removed takes its share of the noise with it, and the \
      claims fail.
      """)
  var assume = AuditAssumption.claimed

  @Flag(help: "Fewer clients and trials.")
  var quick = false

  @Option(help: "Seed of everything but the keys, the noise included: this is a simulation.")
  var seed: UInt64 = 1

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try PrivacyOptions.check(
      PrivacySettings(mechanism: .central, epsilon: epsilon, delta: delta, clip: 1))
    if let clients { try ValidationError.require("--clients", clients, in: 3...1000) }
    try ValidationError.require("--parameters", parameters, in: 16...16_384)
    try ValidationError.require("--rounds", rounds, in: 1...1000)
    if let trials { try ValidationError.require("--trials", trials, in: 20...10_000_000) }
    guard confidence > 0, confidence < 1 else {
      throw ValidationError("--confidence must be above 0 and below 1, found \(confidence)")
    }
  }

  func run() async throws {
    let run = PrivacyAuditRun(
      settings: PrivacyAuditRecord.Settings(
        epsilon: epsilon, delta: delta, clients: clients ?? (quick ? 6 : 12),
        parameters: parameters, rounds: rounds, trials: trials ?? (quick ? 1000 : 1500),
        confidence: confidence, assumption: assume, seed: seed))
    let progress = SharedProgress(total: run.totalSteps, quiet: output.quiet)
    let record = try await run.run { progress.advance(note: $0) }
    progress.finish()
    let report = PrivacyAuditReport(record: record)
    guard record.sessionEqualsSum else {
      throw AuditedSumMismatch()
    }
    try output.write(
      record.entries, html: report.html(), as: .audit, text: report.terminalText())
    guard !record.entries.contains(where: \.exceedsClaim) else { throw ExitCode(1) }
  }
}

/// A secure session releases another sum than the audited one.
struct AuditedSumMismatch: Error, CustomStringConvertible {
  var description: String {
    "expected a secure session to release the sum that was audited, and it released another one; "
      + "the audit says nothing of this build"
  }
}
