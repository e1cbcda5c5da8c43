public import SecAgg

/// The reason why bytes are not a message, or a message cannot be serialized.
///
/// A server drops the message and keeps the session, which did not change. A client that cannot
/// parse the server's message should ask for it again, since damage in transit is the usual cause.
public struct WireError: Error, Hashable, Sendable {
  /// The client that sent the message, as the transport authenticated it; `nil` for messages and
  /// parameters from the server.
  public let sender: ClientID?

  /// The reason.
  public let reason: Reason

  /// Creates an error about a message of `sender`, or of the server if `sender` is `nil`.
  public init(sender: ClientID?, reason: Reason) {
    self.sender = sender
    self.reason = reason
  }

  /// The reasons of errors. Fields have the names of the `.proto` files, with dots for nesting.
  public enum Reason: Hashable, Sendable {
    /// The bytes are not protobuf of the expected message, or are cut off.
    case malformed
    /// There are more bytes, words or entries than such a message can have.
    case tooLarge(field: String, found: Int, atMost: Int)
    /// The message has another format version than 1; 0 if it names no version.
    case unsupportedVersion(found: UInt32)
    /// The protobuf message of this name carries fields that this version does not know.
    case unknownFields(message: String)
    /// The envelope has the field of this number more than once. Protobuf would merge the two.
    case repeatedField(number: Int)
    /// A field is absent. In proto3, zero and empty values count as absent.
    case missingField(String)
    /// A field of fixed size has another number of bytes.
    case wrongLength(field: String, found: Int, expected: Int)
    /// A field has a value that it must not have.
    case invalidValue(field: String, problem: String)
    /// The message claims another sender than the client that the transport authenticated.
    case senderMismatch(claimed: ClientID)
    /// The checksum does not match the message.
    case checksumMismatch
    /// The digest does not match the parameters.
    case digestMismatch(stated: Digest, computed: Digest)
  }
}

extension WireError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    let origin = sender.map { "message of \($0)" } ?? "message of the server"
    return "\(origin) refused: \(reason)"
  }
}

extension WireError.Reason: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .malformed:
      "expected protobuf of one message, found bytes that are none or break off; send it again"
    case .tooLarge(let field, let found, let atMost):
      "expected at most \(atMost) in \(field), found \(found); send less in one message"
    case .unsupportedVersion(let found):
      "expected format version \(WireFormat.version), found \(found); "
        + "use the same release at both ends"
    case .unknownFields(let message):
      "expected only known fields in \(message), found others; use the same release at both ends"
    case .repeatedField(let number):
      "expected every field of the envelope once, found field \(number) again; "
        + "send one message at a time"
    case .missingField(let field):
      "expected \(field), found it absent, zero or empty; send a complete message"
    case .wrongLength(let field, let found, let expected):
      "expected \(expected) bytes in \(field), found \(found); send the field unabridged"
    case .invalidValue(let field, let problem):
      "expected a valid \(field): \(problem); correct the sender"
    case .senderMismatch(let claimed):
      "expected the sender to name itself, found \(claimed); "
        + "check which connection belongs to which client"
    case .checksumMismatch:
      "expected a message that fits its checksum, found a damaged one; send it again"
    case .digestMismatch(let stated, let computed):
      "expected parameters of digest \(stated), found ones of \(computed); "
        + "ask the server for its parameters again"
    }
  }
}
