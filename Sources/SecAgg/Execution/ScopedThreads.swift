#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Bionic)
  internal import Bionic
#endif

/// Threads that exist during one call.
enum ScopedThreads {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  #if canImport(Darwin)
    private typealias Handle = pthread_t?
  #else
    private typealias Handle = pthread_t
  #endif

  /// Calls `body` on `count` threads at once, including this one, and returns when all calls have
  /// returned.
  ///
  /// The stacks of all calls are overwritten: the calls work on secrets, and the system reuses the
  /// stacks of ended threads.
  ///
  /// If the system creates fewer threads, there are fewer calls. `body` must take its work from a
  /// queue that all calls share, so that even a single call finishes all work.
  static func run(_ count: Int, _ body: @Sendable () -> Void) {
    withoutActuallyEscaping(body) { body in
      var threads: [Handle] = []
      for _ in 0..<max(0, count - 1) {
        guard let thread = start(body) else { break }
        threads.append(thread)
      }
      body()
      Sodium.wipeStack()
      for thread in threads { join(thread) }
    }
  }

  private static func start(_ body: @escaping @Sendable () -> Void) -> Handle? {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // The thread takes over the reference and releases it.
    let argument = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    let status = unsafe pthread_create(&thread, nil, threadMain, argument)
    guard status == 0 else {
      unsafe Unmanaged<Body>.fromOpaque(argument).release()
      return nil
    }
    return thread
  }

  private static func join(_ thread: Handle) {
    #if canImport(Darwin)
      guard let thread = unsafe thread else { return }
      _ = unsafe pthread_join(thread, nil)
    #else
      _ = pthread_join(thread, nil)
    #endif
  }

  #if canImport(Darwin) || canImport(Bionic)
    private static let threadMain:
      @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { argument in
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        Sodium.wipeStack()
        return nil
      }
  #else
    private static let threadMain:
      @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        Sodium.wipeStack()
        return nil
      }
  #endif
}
