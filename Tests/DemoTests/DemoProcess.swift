import Foundation

/// Runs the demo's executable, which is built beside the tests.
struct DemoProcess {
  let exitCode: Int32
  let output: Data
  let errors: String

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - executable: the program; the demo beside the tests by default.
  ///   - limits: what a shell is told before, such as `ulimit -n 16`.
  init(_ arguments: [String], executable: URL = Self.executable, limits: String? = nil) throws {
    let process = Process()
    if let limits {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", limits + " && exec \"$0\" \"$@\"", executable.path] + arguments
    } else {
      process.executableURL = executable
      process.arguments = arguments
    }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Standard output may be long; standard error is short enough to wait in its pipe.
    self.output = output.fileHandleForReading.readDataToEndOfFile()
    self.errors = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    exitCode = process.terminationStatus
  }

  /// The demo's executable.
  static var executable: URL { products.appendingPathComponent("secagg-demo") }

  private static var products: URL {
    for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
      return bundle.bundleURL.deletingLastPathComponent()
    }
    return Bundle.main.bundleURL
  }

  /// What it printed, as a JSON object.
  func json() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: output)
    guard let dictionary = object as? [String: Any] else { throw NotAnObject() }
    return dictionary
  }

  /// What it printed, as a JSON list of objects.
  func jsonList() throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: output)
    guard let list = object as? [[String: Any]] else { throw NotAnObject() }
    return list
  }

  private struct NotAnObject: Error {}
}
