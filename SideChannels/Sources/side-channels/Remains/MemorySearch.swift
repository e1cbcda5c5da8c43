internal import Glibc
@testable internal import SecAgg

/// Looks for secrets in all of this process's memory that can be written: the heap, what was freed
/// of it, the stack.
///
/// It remembers words of the secrets in disguise, so that it does not find itself.
struct MemorySearch {
  private static let disguise: UInt64 = 0xA5A5_A5A5_A5A5_A5A5

  private var kinds: [UInt64: String] = [:]
  /// Whether a disguised word ends in these 16 bits: spares most look-ups.
  private var endings = [Bool](repeating: false, count: 1 << 16)

  /// Remembers a secret of whole words, from a byte on.
  mutating func remember(_ kind: String, _ secret: borrowing SecretBytes, from start: Int = 0) {
    let disguised = secret.withWords { words in
      (start / 8..<words.count).map { words[$0] ^ Self.disguise }
    }
    for word in disguised {
      kinds[word] = kind
      endings[Int(word & 0xffff)] = true
    }
  }

  /// Of which kinds of secrets a word is somewhere, at whatever address.
  func found() -> Set<String> {
    var found: Set<String> = []
    let memory = unsafe open("/proc/self/mem", O_RDONLY)
    defer { close(memory) }
    for region in Self.writableRegions() {
      var bytes = [UInt8](repeating: 0, count: region.count)
      let count = unsafe pread(memory, &bytes, bytes.count, region.lowerBound)
      unsafe bytes.withUnsafeMutableBytes { bytes in
        for offset in stride(from: 0, through: count - 8, by: 1) {
          let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          let disguised = word ^ Self.disguise
          if endings[Int(disguised & 0xffff)], let kind = kinds[disguised] { found.insert(kind) }
        }
        unsafe Sodium.wipe(bytes)
      }
    }
    return found
  }

  private static func writableRegions() -> [Range<Int>] {
    let file = unsafe open("/proc/self/maps", O_RDONLY)
    defer { close(file) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(file, &piece, piece.count)
      guard count > 0 else { break }
      text += piece.prefix(count)
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
      guard fields[1].hasPrefix("rw"), ends.count == 2 else { return nil }
      return ends[0]..<ends[1]
    }
  }
}
