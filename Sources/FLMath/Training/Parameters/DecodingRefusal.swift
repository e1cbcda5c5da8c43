extension DecodingError {
  /// What a decoder throws when the values it read do not pass the checks of the type's initialiser.
  static func refused(
    _ error: any Error & CustomStringConvertible, at decoder: any Decoder
  ) -> DecodingError {
    .dataCorrupted(
      Context(
        codingPath: decoder.codingPath,
        debugDescription: error.description,
        underlyingError: error))
  }
}
