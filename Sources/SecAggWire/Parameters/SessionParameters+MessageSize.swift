public import SecAgg

extension SessionParameters {
  /// The most bytes that a client's message of this session can have.
  ///
  /// A server's transport refuses longer ones while they arrive, before they take up memory: only
  /// the protocol, not the parser, knows how long a vector is.
  public var maximumClientMessageByteCount: Int {
    // An entry with sealed shares is the longest, and ids of the largest cohort take 3 bytes. The
    // envelope takes 66 bytes and what stands before the entries 34.
    let sealedEntry = 8 + SealedShares.byteCount
    return 128 + max(MaskedWords.byteCountOfWord * layout.wordCount, sealedEntry * degree)
  }
}
