/// A struct of the header that begins with its size and may grow at its end: a caller's may be longer
/// than the library's. (It is not shorter yet: every struct still has the fields that it began with.)
protocol VersionedStruct {
  var struct_size: UInt32 { get set }
}

/// The size beyond which a struct_size is an accident: nothing is read on its word.
private let maximumSize = 4096

extension VersionedStruct {
  /// Reads a caller's struct, and refuses one that asks for what this library does not know.
  static func read(
    _ pointer: UnsafePointer<Self>?, _ argument: StaticString
  ) throws(Failure) -> Self {
    guard let pointer = unsafe pointer else { throw .null(argument) }
    let size = try unsafe checkedSize(UnsafeRawPointer(pointer), argument)
    let bytes = unsafe UnsafeRawBufferPointer(start: pointer, count: size)
    for index in MemoryLayout<Self>.size..<size where unsafe bytes[index] != 0 {
      throw .invalidArgument(
        "\(argument) has fields that this version of the library does not know")
    }
    return unsafe pointer.pointee
  }

  /// Writes to a caller's struct, and zero to fields that this library does not know.
  func write(to pointer: UnsafeMutablePointer<Self>?, _ argument: StaticString) throws(Failure) {
    guard let pointer = unsafe pointer else { throw .null(argument) }
    let size = try unsafe Self.checkedSize(UnsafeRawPointer(pointer), argument)
    var filled = self
    filled.struct_size = UInt32(truncatingIfNeeded: size)
    unsafe pointer.pointee = filled
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: pointer, count: size)
    for index in MemoryLayout<Self>.size..<size { unsafe bytes[index] = 0 }
  }

  private static func checkedSize(
    _ pointer: UnsafeRawPointer, _ argument: StaticString
  ) throws(Failure) -> Int {
    guard UInt(bitPattern: pointer) % UInt(MemoryLayout<Self>.alignment) == 0 else {
      throw .invalidArgument("\(argument) is not aligned for its type")
    }
    let size = Int(unsafe pointer.load(as: UInt32.self))
    guard size >= MemoryLayout<Self>.size, size <= maximumSize else {
      throw .invalidArgument(
        "\(argument).struct_size is \(size), expected \(MemoryLayout<Self>.size): "
          + "begin with its SECAGG_..._INIT")
    }
    return size
  }
}
