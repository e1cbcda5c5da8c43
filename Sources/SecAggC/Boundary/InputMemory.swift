internal import SecAgg

/// The lengths that an array in memory can have. A `size_t` beyond `Int` comes as a negative number; one that
/// no memory has is refused before anything is allocated for it.
private let largestCount = 0...Int.max >> 16

/// The bytes that a caller passed, copied: whatever becomes of its memory afterwards.
func copiedBytes(
  _ start: UnsafePointer<UInt8>?, _ length: Int, _ argument: StaticString
) throws(Failure) -> [UInt8] {
  guard let start = unsafe start else { throw .null(argument) }
  guard largestCount.contains(length) else {
    throw .invalidArgument("the length of \(argument) is beyond memory")
  }
  return unsafe Array(UnsafeBufferPointer(start: start, count: length))
}

/// Gives `body` the numbers that a caller passed, where they are.
func withNumbers<Number: BitwiseCopyable, Result: ~Copyable>(
  _ start: UnsafePointer<Number>?, _ count: Int, _ argument: StaticString,
  _ body: (Span<Number>) throws(Failure) -> Result
) throws(Failure) -> Result {
  guard let start = unsafe start else { throw .null(argument) }
  guard largestCount.contains(count) else {
    throw .invalidArgument("the count of \(argument) is beyond memory")
  }
  guard UInt(bitPattern: start) % UInt(MemoryLayout<Number>.alignment) == 0 else {
    throw .invalidArgument("\(argument) is not aligned for its type")
  }
  let buffer = unsafe UnsafeBufferPointer(start: start, count: count)
  return try body(unsafe buffer.span)
}

/// The 32 bytes that a caller passed.
func digest(
  _ start: UnsafePointer<UInt8>?, _ argument: StaticString
) throws(Failure) -> Digest {
  let bytes = try unsafe copiedBytes(start, Digest.byteCount, argument)
  guard let digest = Digest(bytes: bytes) else { throw .null(argument) }
  return digest
}

/// The 32 bytes that a caller passed, if it did.
func optionalDigest(
  _ start: UnsafePointer<UInt8>?, _ argument: StaticString
) throws(Failure) -> Digest? {
  guard let start = unsafe start else { return nil }
  return try unsafe digest(start, argument)
}

/// The 32 secret bytes that a caller passed.
func secret(
  _ start: UnsafePointer<UInt8>?, _ argument: StaticString
) throws(Failure) -> SecretBytes {
  try unsafe withNumbers(start, Digest.byteCount, argument) { SecretBytes(copying: $0) }
}

/// A client's number.
func clientID(_ number: UInt32) throws(Failure) -> ClientID {
  guard let id = ClientID(number) else {
    throw .invalidArgument("client ids are 1 and above, found 0")
  }
  return id
}

/// How many threads a caller allows: 0 stands for as many as there are processors.
func execution(_ threads: UInt32) -> Execution {
  threads == 0 ? Execution() : .threads(Int(clamping: threads))
}
