import Foundation

/// A folder that is deleted with its owner.
struct TemporaryFolder: ~Copyable {
  private let url: URL

  /// Makes an empty one.
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// The path of a file in it.
  func path(of name: String) -> String { url.appendingPathComponent(name).path }

  deinit {
    // What cannot be deleted is left to the system's cleaning.
    try? FileManager.default.removeItem(at: url)
  }
}
