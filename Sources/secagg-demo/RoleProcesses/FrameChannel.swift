import Foundation

/// Frames over a pair of pipes: one byte that says what it is, a client's number, and content.
struct FrameChannel {
  /// One frame.
  struct Frame {
    var kind: UInt8
    var client: UInt32 = 0
    var content: [UInt8] = []
  }

  let input: FileHandle
  let output: FileHandle

  /// Sends a frame.
  func send(_ frame: Frame) throws {
    var header = Data([frame.kind])
    header.append(contentsOf: Self.bytes(of: UInt64(frame.client)))
    header.append(contentsOf: Self.bytes(of: UInt64(frame.content.count)))
    try output.write(contentsOf: header)
    if !frame.content.isEmpty { try output.write(contentsOf: frame.content) }
  }

  /// The next frame, or nil when the other side has closed.
  func receive() throws -> Frame? {
    guard let header = try read(17) else { return nil }
    guard let client = UInt32(exactly: Self.number(header[1..<9])),
      let count = Int(exactly: Self.number(header[9..<17]))
    else { throw Broken() }
    guard let content = try read(count) else { throw Broken() }
    return Frame(kind: header[0], client: client, content: content)
  }

  private func read(_ count: Int) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      guard let part = try input.read(upToCount: count - bytes.count), !part.isEmpty else {
        if bytes.isEmpty { return nil }
        throw Broken()
      }
      bytes.append(contentsOf: part)
    }
    return bytes
  }

  /// A number as 8 little-endian bytes.
  static func bytes(of number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }

  /// The 64-bit numbers in a reply.
  static func numbers(in content: ArraySlice<UInt8>) -> [UInt64] {
    stride(from: content.startIndex, to: content.endIndex, by: 8).map {
      number(content[$0..<min($0 + 8, content.endIndex)])
    }
  }

  /// The number of 8 little-endian bytes.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The other side stopped in the middle of a frame.
  struct Broken: Error, CustomStringConvertible {
    let description = "the process at the other end of the pipe stopped"
  }
}
