public import SecAgg

extension SessionParameters {
  /// The most bytes that a client's message of this session can have.
  ///
  /// It is exact for the client with the largest id when all clients take part. A server's transport
  /// rejects longer messages while they arrive, before they take up memory: only the session, not the
  /// parser, knows how long a vector is.
  public var maximumClientMessageByteCount: Int { messageSizes.fromClient.max() ?? 0 }

  /// The most bytes that a server's message of this session can have, of those that are parsed by
  /// `ServerMessage`; for a client's transport.
  ///
  /// In the malicious model it covers the neighbours' signatures and proofs of the roster.
  public var maximumServerMessageByteCount: Int { messageSizes.fromServer.max() ?? 0 }

  private var messageSizes: MessageSizes {
    MessageSizes(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree, threshold: threshold,
      wordCount: layout.wordCount)
  }
}
