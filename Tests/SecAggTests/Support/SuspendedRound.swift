import SecAgg

/// The rounds in which a client can be suspended.
enum SuspendedRound: CaseIterable, Sendable {
  case advertiseKeys
  case shareKeys
  case maskedInput

  static let cohortSize = 6

  static func lone() throws -> LoneClient {
    try LoneClient(number: 2, parameters: testParameters(cohortSize: cohortSize, threshold: 2))
  }

  /// The stored form of a client in this round.
  func bytes() throws -> [UInt8] {
    let lone = try Self.lone()
    switch self {
    case .advertiseKeys:
      return try lone.advertise().stored().copied()
    case .shareKeys:
      return try lone.share(withNeighbours: [1, 3, 4, 6]).stored().copied()
    case .maskedInput:
      return try lone.mask(withNeighbours: [1, 3, 4, 6], sharers: [1, 4, 6]).stored().copied()
    }
  }

  /// Wakes a client in this round and lets it sleep again.
  func resumed(_ bytes: [UInt8]) throws(ClientError) -> [UInt8] {
    let secret = SecretBytes(copying: bytes)
    switch self {
    case .advertiseKeys: return try AdvertiseKeysRound(restoring: secret).stored().copied()
    case .shareKeys: return try ShareKeysRound(restoring: secret).stored().copied()
    case .maskedInput: return try MaskedInputRound(restoring: secret).stored().copied()
    }
  }

  /// Why a client does not wake in this round; `nil` if it does.
  func refusal(of bytes: [UInt8]) -> ClientError? {
    do {
      _ = try resumed(bytes)
      return nil
    } catch {
      return error
    }
  }

  var label: String {
    switch self {
    case .advertiseKeys: "a client stored in round \"advertise keys\""
    case .shareKeys: "a client stored in round \"share keys\""
    case .maskedInput: "a client stored in round \"masked input\""
    }
  }
}

extension SecretBytes {
  /// The bytes, for a test to damage.
  func copied() -> [UInt8] {
    withBytes { span in
      var bytes: [UInt8] = []
      for index in span.indices { bytes.append(span[index]) }
      return bytes
    }
  }
}
