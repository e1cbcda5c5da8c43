/// The constants of all messages in the wire format.
enum WireFormat {
  /// The version that every message carries in its first field.
  static let version: UInt32 = 1

  /// The number of the version field.
  static let versionField: UInt64 = 1

  /// The depth of a key advertisement in a neighbour in an announcement in its envelope. No valid
  /// message nests deeper, and deeper messages are rejected before they use stack.
  static let nestingDepth = 4

  /// Protobuf's own limit: sizes are below 2^31 - 1.
  static let maximumByteCount = Int(Int32.max) - 1

  /// Session parameters have at most 220 bytes. A later version may have more fields.
  static let maximumParametersByteCount = 4_096

  /// The longest masked vector that fits a message. The envelope takes less than 128 bytes.
  static let maximumWordCount = (maximumByteCount - 128) / 8

  /// A roster of 2^20 clients has a tree of 20 levels.
  static let maximumPathByteCount = 20 * 32

  /// No list has more entries than the largest cohort has clients.
  static let maximumEntryCount = 1 << 20
}
