/// What all messages have in common on the wire.
enum WireFormat {
  /// The version that every message carries in its first field.
  static let version: UInt32 = 1

  /// The number of that field.
  static let versionField: UInt64 = 1

  /// A key advertisement in a neighbour in an announcement in its envelope: nothing nests deeper,
  /// and what does is refused before it costs stack.
  static let nestingDepth = 4

  /// Protobuf's own limit: sizes are below 2^31 - 1.
  static let maximumByteCount = Int(Int32.max) - 1

  /// Session parameters have 220 bytes at most; those of a later version may have some more fields.
  static let maximumParametersByteCount = 4_096

  /// The longest masked vector that fits a message, 128 bytes being more than the envelope takes.
  static let maximumWordCount = (maximumByteCount - 128) / 8

  /// A roster of 2^20 clients has a tree of 20 levels.
  static let maximumPathByteCount = 20 * 32

  /// No list has more entries than the largest cohort has clients.
  static let maximumEntryCount = 1 << 20
}
