public import SecAgg

extension SessionParameters {
  /// The most bytes that a client's message of this session can have.
  ///
  /// A server's transport refuses longer ones while they arrive, before they take up memory: only
  /// the session, not the parser, knows how long a vector is.
  public var maximumClientMessageByteCount: Int {
    max(maximumServerMessageByteCount, 128 + MaskedWords.byteCountOfWord * layout.wordCount)
  }

  /// The most bytes that a server's message of this session can have, of those that are parsed by
  /// `ServerMessage`; for a client's transport.
  public var maximumServerMessageByteCount: Int {
    // An entry with sealed shares is the longest there is in either direction, its peer's id taking
    // up to 3 bytes. An envelope takes 66 bytes and what stands before the entries up to 40.
    128 + (8 + SealedShares.byteCount) * degree
  }
}
