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
/// The two fields are exempt from the compiler's checks, for these reasons:
///
/// - No data race on the value: the field is private, and `withLock` alone reads and writes it, between locking and unlocking.
///   `inout` cannot outlive the closure.
/// - No data race on the lock: the pointer never changes after `init`, and POSIX lets any number of threads lock what it
///   points to.
/// - No use after the end: every caller of `withLock` holds a reference, so `deinit` runs when no thread is inside.
/// - The lock exists: with default attributes, Linux and Darwin initialize a mutex in the memory that the caller provides, and
///   have no reason to fail.
@safe
final class Locked<Value: ~Copyable & Sendable>: Sendable {
  private nonisolated(unsafe) var value: Value
  private nonisolated(unsafe) let lock: UnsafeMutablePointer<pthread_mutex_t>

  init(_ value: consuming Value) {
    unsafe lock = .allocate(capacity: 1)
    unsafe lock.initialize(to: pthread_mutex_t())
    unsafe self.value = value
    let status = unsafe pthread_mutex_init(lock, nil)
    // A lock that locks nothing would be a data race, which is worse than an end.
    precondition(status == 0, "no mutex: \(status)")
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
