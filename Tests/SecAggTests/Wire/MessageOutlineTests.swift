import Foundation
import SecAgg
import Testing

@testable import SecAggWire

/// What is rejected before protobuf decodes anything: the outline alone is read here.
@Suite("Wire: outline")
struct MessageOutlineTests {
  private let sender: ClientID

  init() throws {
    sender = try client(3)
  }

  private func outline(_ bytes: [UInt8], as schema: MessageSchema = .clientMessage) -> WireError? {
    do throws(WireError) {
      _ = try MessageOutline(of: bytes, as: schema, isEnvelope: true, from: sender)
      return nil
    } catch {
      return error
    }
  }

  /// An envelope of version 1 with one body of this content.
  private func envelope(body: Int, _ content: [UInt8]) -> [UInt8] {
    [0x08, 0x01, UInt8(body << 3 | 2)] + ProtobufFields.varint(UInt64(content.count)) + content
  }

  private func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    [UInt8(number << 3 | 2)] + ProtobufFields.varint(UInt64(content.count)) + content
  }

  /// As many repetitions as fit.
  private func repeated(_ bytes: [UInt8], upTo count: Int) -> [UInt8] {
    var result = bytes
    while result.count < count { result += result }
    return Array(result.prefix(count / bytes.count * bytes.count))
  }

  private static let large = 8 << 20

  @Test("eight megabytes of fields that a body or an entry cannot have are rejected by the outline")
  func hostileBodies() {
    let large = Self.large
    let unknown = WireError.Reason.unknownFields(message: "secagg.v1.ShareDistribution")
    let inEntry = WireError.Reason.unknownFields(message: "secagg.v1.AddressedShares")
    let cases: [([UInt8], WireError.Reason)] = [
      // Field 3 as a varint, as 4 and 8 bytes, as a byte string; a known number as a varint.
      (repeated([0x18, 1], upTo: large), unknown),
      (repeated([0x1d, 1, 1, 1, 1], upTo: large), unknown),
      (repeated([0x19, 1, 1, 1, 1, 1, 1, 1, 1], upTo: large), unknown),
      (repeated([0x1a, 0], upTo: large), unknown),
      (repeated([0x08, 1], upTo: large), unknown),
      // The largest field number, and the one above it; 0.
      (repeated([0xf8, 0xff, 0xff, 0xff, 0x0f, 1], upTo: large), unknown),
      (repeated([0x80, 0x80, 0x80, 0x80, 0x10, 1], upTo: large), .malformed),
      (repeated([0x00, 1], upTo: large), .malformed),
      // Groups: begun, ended, of number 0.
      (repeated([0x23], upTo: large), .malformed), (repeated([0x24], upTo: large), .malformed),
      (repeated([0x03], upTo: large), .malformed),
      (repeated([0x23, 0x24], upTo: large), .malformed),
      // The same inside a list entry.
      (field(2, repeated([0x20, 1], upTo: large)), inEntry),
      (field(2, repeated([0x22, 0], upTo: large)), inEntry),
      (field(2, repeated([0x23, 0x24], upTo: large)), .malformed),
      (field(2, repeated([0x00, 1], upTo: large)), .malformed),
    ]
    for (content, reason) in cases {
      let error = outline(envelope(body: 11, content))
      #expect(error == WireError(sender: sender, reason: reason), "\(content.prefix(12))")
    }
  }

  @Test("known fields that are there too often are rejected by the outline")
  func tooManyFields() {
    let large = Self.large
    func limit(_ divisor: Int, _ constant: Int, _ bytes: [UInt8]) -> WireError.Reason {
      let limit = constant + bytes.count / divisor
      return .tooLarge(field: "body", found: limit + 1, atMost: limit)
    }
    // A peer, an empty byte string, in one entry; a number directly in the body.
    for content in [
      field(2, repeated([0x08, 1], upTo: large)), field(2, repeated([0x12, 0], upTo: large)),
    ] {
      let bytes = envelope(body: 11, content)
      #expect(outline(bytes)?.reason == limit(12, 16, bytes))
    }
    let sizes = envelope(body: 11, repeated([0x08, 1], upTo: large))
    #expect(outline(sizes, as: .serverMessage)?.reason == limit(12, 16, sizes))
    // Empty advertisements in one neighbour, which protobuf would merge.
    let merged = envelope(body: 11, field(3, repeated([0x12, 0], upTo: large)))
    #expect(outline(merged, as: .serverMessage)?.reason == limit(12, 16, merged))
    // Empty entries, and empty byte strings.
    for entry: UInt8 in [0x0a, 0x12] {
      let bytes = envelope(body: 11, repeated([entry, 0], upTo: large))
      #expect(outline(bytes)?.reason == limit(32, 8, bytes))
    }
  }

  @Test("a list of ids may come unpacked, of at most 2^20 elements either way")
  func unpackedLists() throws {
    let limit = 1 << 20
    for (schema, name) in [
      (MessageSchema.clientMessage, "unmasking_response.unopened"),
      (.serverMessage, "unmasking_request.contributors"),
    ] {
      for isPacked in [false, true] {
        func message(_ count: Int) -> [UInt8] {
          envelope(
            body: 14,
            isPacked
              ? field(2, [UInt8](repeating: 1, count: count))
              : repeated([0x10, 1], upTo: 2 * count))
        }
        #expect(outline(message(limit), as: schema) == nil)
        #expect(
          outline(message(limit + 1), as: schema)?.reason
            == .tooLarge(field: name, found: limit + 1, atMost: limit))
      }
    }
    // The same message, whichever way the list is written.
    guard case .unmaskingRequest(let request) = try SampleMessages.fromServer(opening: .unmasking)
    else { return }
    let bytes = try ServerMessage.unmaskingRequest(request).serialized()
    let unpacked = try #require(
      ProtobufFields.editing(bytes, at: [14]) { value in
        guard case .bytes(let body) = value, let fields = ProtobufFields(body) else { return nil }
        var result = ProtobufFields()
        for field in fields.fields where field.number != 2 { result.fields.append(field) }
        for id in request.contributors { result.fields.append((2, .varint(UInt64(id.rawValue)))) }
        return .bytes(result.bytes)
      })
    #expect(unpacked != bytes)
    #expect(try ServerMessage(serialized: unpacked) == .unmaskingRequest(request))
  }

  @Test("a packed list that breaks off within a number is malformed")
  func brokenList() throws {
    let bytes = try SampleMessages.fromServer(opening: .unmasking).serialized()
    let edited = try #require(
      ProtobufFields.editing(bytes, at: [14, 2]) { _ in .bytes([1, 2, 0x80]) })
    #expect(throws: WireError(sender: nil, reason: .malformed)) {
      try ServerMessage(serialized: edited)
    }
  }

  @Test("the version comes before unknown fields, those before the body, and its faults in order")
  func order() {
    let unknown: [UInt8] = [0x80, 0x01, 1]
    let body = envelope(body: 11, [0x18, 1])
    let versionTwo: [UInt8] = [0x08, 2] + body.dropFirst(2)
    let cases: [([UInt8], WireError.Reason)] = [
      (unknown + versionTwo, .unsupportedVersion(found: 2)),
      (unknown + body.dropFirst(2), .unsupportedVersion(found: 0)),
      // The version as a byte string.
      ([0x0a, 1, 1] + body.dropFirst(2), .unsupportedVersion(found: 0)),
      (unknown + body, .unknownFields(message: "secagg.v1.ClientMessage")),
      (body + unknown, .unknownFields(message: "secagg.v1.ClientMessage")),
      (body, .unknownFields(message: "secagg.v1.ShareDistribution")),
      (unknown + body + [0x03], .malformed), (body + [0x08, 1], .repeatedField(number: 1)),
      (body + [0x08, 1, 0x03], .repeatedField(number: 1)),
      (body + [0x03, 0x08, 1], .malformed),
      (body + [0x62, 0], .repeatedField(number: 12)),
      // Within the body: an entry with an unknown field before, and behind, one that breaks off.
      (
        envelope(body: 11, [0x12, 2, 0x20, 1, 0x12, 9]),
        .unknownFields(message: "secagg.v1.AddressedShares")
      ),
      (envelope(body: 11, [0x12, 9, 0x18, 1]), .malformed),
      // An entry that breaks off at its own end although the body goes on.
      (envelope(body: 11, [0x12, 1, 0x08, 1]), .malformed),
    ]
    for (bytes, reason) in cases {
      #expect(outline(bytes) == WireError(sender: sender, reason: reason), "\(bytes)")
    }
    // A body of a round that the server opens with no message.
    #expect(
      outline(envelope(body: 10, []), as: .serverMessage)?.reason
        == .unknownFields(message: "secagg.v1.ServerMessage"))
  }

  @Test("parameters of more than 4,096 bytes are rejected, whatever is in them")
  func parameters() throws {
    let bytes = try SampleMessages.all().parameters.serialized()
    for more in [[0x80, 0x01, 1], [0x20, 1], [0x12, 0]] as [[UInt8]] {
      let long = bytes + repeated(more, upTo: Self.large)
      let reason = WireError.Reason.tooLarge(field: "message", found: long.count, atMost: 4_096)
      #expect(throws: WireError(sender: nil, reason: reason)) {
        try SessionParameters(serialized: long)
      }
    }
    for more in [[0x00, 1], [0x23, 0x24], [0x80, 0x80, 0x80, 0x80, 0x10, 1]] as [[UInt8]] {
      #expect(throws: WireError(sender: nil, reason: .malformed)) {
        try SessionParameters(serialized: bytes + more)
      }
    }
    // The last of several counts.
    #expect(try SessionParameters(serialized: [0x20, 77] + bytes).serialized() == bytes)
  }

  /// The schema that the outline is read with, from the files that the generated code is made of.
  @Test("the fields are those of the proto files")
  func schema() throws {
    let declared = try ProtoFile.messages()
    #expect(declared.count == 16)
    var seen: Set<String> = []
    func check(_ schema: MessageSchema) throws {
      let message = String(schema.name.dropFirst("secagg.v1.".count))
      seen.insert(message)
      let fields = try #require(declared[message])
      for number in 0...20 {
        let comment: Comment = "\(message), field \(number)"
        switch (fields[number], schema[UInt64(number)]) {
        case (nil, nil): break
        case ("bytes", .bytes): break
        case ("repeated uint32", .numbers): break
        case (let type?, .number):
          #expect(type == "uint32" || type == "uint64" || ProtoFile.isEnum(type), comment)
        case (let type?, .message(let inner)):
          #expect("secagg.v1." + type.replacing("repeated ", with: "") == inner.name, comment)
          try check(inner)
        default: Issue.record(comment)
        }
      }
    }
    for schema in [MessageSchema.sessionParameters, .clientMessage, .serverMessage] {
      try check(schema)
    }
    #expect(seen == Set(declared.keys))
  }
}

/// The declarations of the `.proto` files.
private enum ProtoFile {
  static func isEnum(_ type: String) -> Bool {
    ["ThreatModel", "MaskCipher", "LaneKind", "SecretKind"].contains(type)
  }

  /// For each message the types of its fields by number.
  static func messages() throws -> [String: [Int: String]] {
    let folder = URL(filePath: #filePath).appending(path: "../../../../Protos/secagg/v1")
      .standardized
    var messages: [String: [Int: String]] = [:]
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      var message: String?
      for line in try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(
        separator: "\n")
      {
        let words = line.split(whereSeparator: { " ;".contains($0) }).map { String($0) }
        if words.first == "message" || words.first == "enum" {
          message = words.first == "message" ? words[1] : nil
          if let message { messages[message] = [:] }
        } else if let message, words.count >= 4, words[words.count - 2] == "=",
          let number = Int(words[words.count - 1])
        {
          messages[message]?[number] = words.dropLast(3).joined(separator: " ")
        }
      }
    }
    return messages
  }
}
