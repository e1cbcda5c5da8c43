package import Foundation
import SecAgg
import SecAggWire

/// Frames over a pair of pipes. A frame has one byte for its kind, the number of a client, and content.
package struct FrameChannel {
  /// One frame.
  package struct Frame {
    package var kind: UInt8
    package var client: UInt32 = 0
    package var content: [UInt8] = []

    package init(
      kind: UInt8, client: UInt32 = 0, content: [UInt8] = []
    ) {
      self.kind = kind
      self.client = client
      self.content = content
    }
  }

  let input: FileHandle
  let output: FileHandle

  package init(
    input: FileHandle, output: FileHandle
  ) {
    self.input = input
    self.output = output
  }

  /// Sends a frame.
  package func send(_ frame: Frame) throws {
    var header = Data([frame.kind])
    header.append(contentsOf: Self.bytes(of: UInt64(frame.client)))
    header.append(contentsOf: Self.bytes(of: UInt64(frame.content.count)))
    try output.write(contentsOf: header)
    if !frame.content.isEmpty { try output.write(contentsOf: frame.content) }
  }

  /// The next frame, or nil when the other side has closed.
  package func receive() throws -> Frame? {
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
  package static func bytes(of number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }

  /// The 64-bit numbers in a reply.
  package static func numbers(in content: ArraySlice<UInt8>) -> [UInt64] {
    stride(from: content.startIndex, to: content.endIndex, by: 8).map {
      number(content[$0..<min($0 + 8, content.endIndex)])
    }
  }

  /// The number of 8 little-endian bytes.
  package static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The other side stopped in the middle of a frame.
  package struct Broken: Error, CustomStringConvertible {
    package let description = "the process at the other end of the pipe stopped"

    package init() {}
  }
}

/// An error on its way from one process to another: the name of its case, and its text for people.
///
/// Names are those of section 15 of the specification, so that callers of a role can compare names and
/// do not have to parse texts. An error that is not an enum has the name of its type.
package struct NamedError {
  package let name: String
  package let text: String

  package init(_ error: any Error) {
    text = "\(error)"
    name =
      switch error {
      case let refusal as ServerRefusal: refusal.errorCase
      case let error as WireError: Self.nameOfCase(error.reason)
      default: Self.nameOfCase(error)
      }
  }

  /// Reads the bytes of `content`.
  package init(content: [UInt8]) {
    let parts = content.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
    name = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    text = parts.dropFirst().first.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The name in the first line, the text in the others.
  package var content: [UInt8] { Array("\(name)\n\(text)".utf8) }

  /// The name of an enum's case.
  static func nameOfCase(_ value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .enum else { return "\(type(of: value))" }
    if let label = mirror.children.first?.label { return label }
    // A case without associated values has no children, and the errors describe themselves.
    return switch value {
    case WireError.Reason.malformed: "malformed"
    case WireError.Reason.checksumMismatch: "checksumMismatch"
    case ServerError.sumInconsistent: "sumInconsistent"
    case ClientError.identityNeeded: "identityNeeded"
    case ClientError.directoryNeeded: "directoryNeeded"
    case ClientError.neighboursNotOfGraph: "neighboursNotOfGraph"
    case ClientError.contributorsDisconnected: "contributorsDisconnected"
    case ClientError.contributorsChanged: "contributorsChanged"
    case ClientError.layoutMismatch: "layoutMismatch"
    case ClientError.missingFromContributors: "missingFromContributors"
    default: "\(value)"
    }
  }
}
