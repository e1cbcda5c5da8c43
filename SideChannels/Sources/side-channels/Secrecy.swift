internal import CMemcheck
@testable internal import SecAgg

/// The mark that memcheck keeps for every bit of memory and hands on with every operation:
/// undefined stands for secret.
enum Secrecy {
  static var isTracked: Bool { memcheck_is_running() }

  /// Writes a line into memcheck's log.
  static func note(_ line: String) {
    unsafe memcheck_note(line)
  }

  /// Makes a secret of everything that libsodium's generator gives during `body`.
  static func drawing<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    memcheck_classify_draws(true)
    defer { memcheck_classify_draws(false) }
    return try body()
  }

  /// Makes a secret's bytes secret, however they were made.
  static func classify(_ secret: borrowing SecretBytes) {
    secret.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        if let base = bytes.baseAddress { unsafe memcheck_classify(base, bytes.count) }
      }
    }
  }

  /// Makes all bits of the elements secret.
  static func classify<Element>(_ elements: [Element]) {
    unsafe elements.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { unsafe memcheck_classify(base, bytes.count) }
    }
  }

  /// Makes the bits secret that are 1 in `mask`. The others are what everybody knows of the words.
  static func classify(_ words: [UInt64], bits mask: UInt64) {
    unsafe words.withUnsafeBufferPointer { words in
      if let base = words.baseAddress { unsafe memcheck_classify_bits(base, words.count, mask) }
    }
  }

  /// Makes elements public, which must be without references of their own.
  static func declassify<Element>(_ elements: [Element]) {
    unsafe elements.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { unsafe memcheck_declassify(base, bytes.count) }
    }
  }

  /// The value, public.
  static func declassified<Value: BitwiseCopyable>(_ value: Value) -> Value {
    let copies = [value]
    declassify(copies)
    return copies[0]
  }

  /// How many bits of the elements are secret.
  static func secretBits<Element>(of elements: [Element]) -> Int {
    unsafe elements.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe memcheck_secret_bits(base, bytes.count)
    }
  }

  /// How many bits of a secret are secret to memcheck.
  static func secretBits(of secret: borrowing SecretBytes) -> Int {
    secret.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe memcheck_secret_bits(base, bytes.count)
      }
    }
  }
}
