internal import SecAgg

/// How far a chain of lines goes: their number, and the digest of the last, which depends on all.
struct ChainPosition: Hashable {
  let lines: Int
  let digest: Digest

  /// Before the first line.
  static let start = ChainPosition(lines: 0, digest: RecordDigest.beforeFirstLine)
}

extension Digest {
  /// Reads what `description` writes; `nil` for anything else.
  init?(hexadecimal text: some Collection<UInt8>) {
    guard text.count == 2 * Self.byteCount else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text {
      let value: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = character - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    self.init(bytes: bytes)
  }
}
