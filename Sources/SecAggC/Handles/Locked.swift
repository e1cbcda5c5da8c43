#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Bionic)
  internal import Bionic
#endif

/// A value that one thread at a time uses.
///
/// Swift's `Mutex` is not for libraries whose callers fork: on Linux each thread keeps its number, which is
/// another one in the child. As soon as two threads of the child meet at a mutex, the process ends.
///
/// The two fields are exempt from checks: the lock is a pointer, and the value changes. Both are safe, since the value is
/// used by `withLock` alone, and the lock lives as long as the value.
@safe
final class Locked<Value: ~Copyable & Sendable>: Sendable {
  private nonisolated(unsafe) var value: Value
  private nonisolated(unsafe) let lock: UnsafeMutablePointer<pthread_mutex_t>

  init(_ value: consuming Value) {
    unsafe lock = .allocate(capacity: 1)
    unsafe lock.initialize(to: pthread_mutex_t())
    unsafe self.value = value
    // Fails for attributes that are not there, or without memory.
    _ = unsafe pthread_mutex_init(lock, nil)
  }

  deinit {
    _ = unsafe pthread_mutex_destroy(lock)
    unsafe lock.deallocate()
  }

  /// Gives `body` the value once no other thread has it.
  func withLock<Result: ~Copyable, Problem: Error>(
    _ body: (inout Value) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    _ = unsafe pthread_mutex_lock(lock)
    defer { _ = unsafe pthread_mutex_unlock(lock) }
    return try unsafe body(&value)
  }
}
