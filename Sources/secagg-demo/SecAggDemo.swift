import ArgumentParser
import Foundation

/// The command line of the demo.
@main
struct SecAggDemo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secagg-demo",
    abstract: "Federated learning in which the server only ever decodes the summed update.",
    subcommands: [
      TrainCommand.self, CapstoneCommand.self, CompareCommand.self, RobustCommand.self,
      ExplainCommand.self, EraseCommand.self, AuditCommand.self, AggregateCommand.self,
      ParametersCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// Runs the command; a bad option gives its reason in one line and exit code 64.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      try OutputFile.flushPrinted()
    } catch {
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      let reason = message(for: error).split(separator: "\n").first.map(String.init) ?? "failed"
      FileHandle.standardError.write(Data("secagg-demo: \(reason)\n".utf8))
      Foundation.exit(code.rawValue)
    }
  }
}

extension ValidationError {
  /// Turns any error into one that ends the command with its reason in one line.
  static func describing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// Rejects a number out of its range.
  static func require<Number>(_ option: String, _ value: Number, in range: ClosedRange<Number>)
    throws
  {
    guard range.contains(value) else {
      throw ValidationError(
        "\(option) must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
  }

  /// Rejects a number that is not finite and above 0.
  static func requirePositive(_ option: String, _ value: Double) throws {
    guard value.isFinite, value > 0 else {
      throw ValidationError("\(option) must be above 0, found \(value)")
    }
  }
}
