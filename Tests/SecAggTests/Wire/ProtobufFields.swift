/// The fields of one protobuf message, taken apart and put together without the generated code, so
/// that tests can make messages that it would never write and notice if it writes others.
struct ProtobufFields {
  enum Value: Equatable {
    case varint(UInt64)
    case bytes([UInt8])
  }

  var fields: [(number: Int, value: Value)] = []

  init() {}

  /// `nil` for bytes that are no sequence of varints and byte strings.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let tag = Self.takeVarint(from: &rest) else { return nil }
      let number = Int(tag >> 3)
      switch tag & 7 {
      case 0:
        guard let value = Self.takeVarint(from: &rest) else { return nil }
        fields.append((number, .varint(value)))
      case 2:
        guard let count = Self.takeVarint(from: &rest), count <= UInt64(rest.count) else {
          return nil
        }
        fields.append((number, .bytes(Array(rest.prefix(Int(count))))))
        rest = rest.dropFirst(Int(count))
      default: return nil
      }
    }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for (number, value) in fields {
      switch value {
      case .varint(let value):
        bytes += Self.varint(UInt64(number) << 3) + Self.varint(value)
      case .bytes(let value):
        bytes += Self.varint(UInt64(number) << 3 | 2) + Self.varint(UInt64(value.count)) + value
      }
    }
    return bytes
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func takeVarint(from bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    return nil
  }

  /// The message with the first field at `path` (field numbers from the outside in) changed or,
  /// for `nil`, taken out; `nil` if there is no such field.
  static func editing(
    _ message: [UInt8], at path: [Int], _ edit: (Value) -> Value?
  ) -> [UInt8]? {
    guard var message = ProtobufFields(message), let number = path.first,
      let index = message.fields.firstIndex(where: { $0.number == number })
    else { return nil }
    let edited: Value?
    if path.count == 1 {
      edited = edit(message.fields[index].value)
    } else {
      guard case .bytes(let inner) = message.fields[index].value,
        let bytes = editing(inner, at: Array(path.dropFirst()), edit)
      else { return nil }
      edited = .bytes(bytes)
    }
    if let edited {
      message.fields[index].value = edited
    } else {
      message.fields.remove(at: index)
    }
    return message.bytes
  }

  /// The message with a field put at the end of the message nested at `path`.
  static func appending(
    _ number: Int, _ value: Value, to message: [UInt8], at path: [Int]
  ) -> [UInt8]? {
    var addition = ProtobufFields()
    addition.fields.append((number, value))
    guard !path.isEmpty else { return message + addition.bytes }
    return editing(message, at: path) { inner in
      guard case .bytes(let inner) = inner else { return inner }
      return .bytes(inner + addition.bytes)
    }
  }
}
