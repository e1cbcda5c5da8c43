internal import SecAgg
internal import SecAggWire

/// Writes a result of unknown length to an array of the caller's, if it is large enough, and how many
/// elements there are in any case.
func write<Element: BitwiseCopyable>(
  _ elements: [Element], to array: UnsafeMutablePointer<Element>?, capacity: Int,
  count: UnsafeMutablePointer<Int>?
) throws(Failure) {
  guard let count = unsafe count else { throw .null("count") }
  // A capacity beyond Int arrives as a negative number. No array has that size.
  guard capacity >= 0 else { throw .invalidArgument("the capacity is beyond memory") }
  unsafe count.pointee = elements.count
  guard elements.count <= capacity else {
    throw Failure(
      .bufferTooSmall, "there are \(elements.count) elements, the array has room for \(capacity)")
  }
  guard !elements.isEmpty else { return }
  guard let array = unsafe array else { throw .null("the array") }
  guard UInt(bitPattern: array) % UInt(MemoryLayout<Element>.alignment) == 0 else {
    throw .invalidArgument("the array is not aligned for its type")
  }
  for (index, element) in elements.enumerated() { unsafe array[index] = element }
}

/// Writes a message to memory of the caller's, if it is large enough, and its length in any case.
func write(
  _ message: MessageParts, to buffer: UnsafeMutablePointer<UInt8>?, capacity: Int,
  length: UnsafeMutablePointer<Int>?
) throws(Failure) {
  guard let length = unsafe length else { throw .null("length") }
  // A capacity beyond Int arrives as a negative number. No buffer has that size.
  guard capacity >= 0 else { throw .invalidArgument("the capacity is beyond memory") }
  unsafe length.pointee = message.byteCount
  guard message.byteCount <= capacity else {
    throw Failure(
      .bufferTooSmall, "the message has \(message.byteCount) bytes, the buffer room for \(capacity)"
    )
  }
  guard let buffer = unsafe buffer else { throw .null("buffer") }
  unsafe message.copy(to: UnsafeMutableRawBufferPointer(start: buffer, count: message.byteCount))
}

/// Writes 32 bytes.
func write(
  _ bytes: Span<UInt8>, to array: UnsafeMutablePointer<UInt8>?, _ argument: StaticString
) throws(Failure) {
  guard let array = unsafe array else { throw .null(argument) }
  for index in bytes.indices { unsafe array[index] = bytes[index] }
}

/// Writes one number.
func write<Number>(
  _ number: Number, to place: UnsafeMutablePointer<Number>?, _ argument: StaticString
) throws(Failure) {
  guard let place = unsafe place else { throw .null(argument) }
  unsafe place.pointee = number
}

/// Writes numbers, converted, to an array of the caller's that has room for them.
func write<Number: BitwiseCopyable>(
  _ numbers: [Double], to array: UnsafeMutablePointer<Number>?, _ argument: StaticString,
  _ converted: (Double) -> Number
) throws(Failure) {
  guard let array = unsafe array else { throw .null(argument) }
  guard UInt(bitPattern: array) % UInt(MemoryLayout<Number>.alignment) == 0 else {
    throw .invalidArgument("\(argument) is not aligned for its type")
  }
  for (index, number) in numbers.enumerated() { unsafe array[index] = converted(number) }
}
