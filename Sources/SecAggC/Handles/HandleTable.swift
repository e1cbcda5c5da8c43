internal import CSecAggABI

/// What stands behind the handles of one kind. Handles of another kind are not in it.
struct HandleTable<Object: AnyObject & Sendable>: ~Copyable, Sendable {
  private let objects = Locked<[UInt: Object]>([:])
  private let kind: StaticString

  /// - Parameter kind: what the handles are called in the header.
  init(_ kind: StaticString) {
    self.kind = kind
  }

  /// A handle for an object, which lives until the handle is freed and the last call with it has ended.
  func handle(for object: Object) -> OpaquePointer? {
    let key = HandleKey.next()
    withObjects { $0[key] = object }
    return unsafe OpaquePointer(bitPattern: key)
  }

  /// The object of a handle.
  func object(of handle: OpaquePointer?) throws(Failure) -> Object {
    let key = UInt(bitPattern: handle)
    guard let object = withObjects({ $0[key] }) else {
      throw .noHandle(kind, isNull: key == 0)
    }
    return object
  }

  /// The object of a handle that may be left out.
  func object(ofOptional handle: OpaquePointer?) throws(Failure) -> Object? {
    unsafe handle == nil ? nil : try object(of: handle)
  }

  /// Ends a handle; NULL is none and needs no end.
  func free(_ handle: OpaquePointer?) -> Status {
    let key = UInt(bitPattern: handle)
    guard key != 0 else { return .ok }
    // Taken out under the lock and let go after it: wiping a large object takes time.
    let object = withObjects { $0.removeValue(forKey: key) }
    return object == nil ? .invalidHandle : .ok
  }

  /// The objects, for one thread at a time. A fork waits until no thread holds the lock, since nobody would open
  /// it in the child.
  private func withObjects<Result>(_ body: (inout [UInt: Object]) -> Result) -> Result {
    secagg_fork_gate_enter()
    defer { secagg_fork_gate_leave() }
    return objects.withLock(body)
  }
}
