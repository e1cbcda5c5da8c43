import Foundation

/// A file of the folder Reference; its README says where the numbers come from.
enum ReferenceFile {
  static func decode<Content: Decodable>(
    _ type: Content.Type, from name: String
  ) throws -> Content {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Reference/\(name)")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }
}
