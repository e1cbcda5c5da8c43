#if canImport(Glibc)
  import CSecAggABI
  import Foundation
  import Glibc
  import Synchronization
  import Testing

  /// Processes that fork while their threads make and free handles.
  @Suite("Fork", .serialized)
  struct ForkTests {
    /// Swift does not offer fork. A child of it has one thread, and may only call the library and end.
    private static let fork = dlsym(nil, "fork").map {
      unsafeBitCast($0, to: (@convention(c) () -> pid_t).self)
    }

    /// Makes and frees a handle; 0 if all went well.
    fileprivate static func useHandles(_ settings: inout secagg_averaging_settings) -> Int32 {
      var out: OpaquePointer?
      guard Int(secagg_averaging_create(&settings, &out, nil)) == SECAGG_OK else { return 1 }
      var info = secagg_averaging_info()
      info.struct_size = UInt32(MemoryLayout<secagg_averaging_info>.size)
      guard Int(secagg_averaging_get_info(out, &info, nil)) == SECAGG_OK else { return 2 }
      return Int(secagg_averaging_free(out)) == SECAGG_OK ? 0 : 3
    }

    /// Without the gate of `ForkGate.c`, a child now and then inherits a lock that no thread of it holds, and waits
    /// for ever.
    @Test("a child can free handles and make new ones, whatever other threads did")
    func handles() throws {
      let fork = try #require(Self.fork)
      let workers = Workers(count: 3)
      defer { workers.stop() }
      var settings = ExactAveraging.settings(cohortSize: 12)
      let inherited = try ExactAveraging.handle(cohortSize: 12)
      #expect(Self.useHandles(&settings) == 0)
      for _ in 0..<200 {
        let child = fork()
        if child == 0 {
          // Ends a child that waits for ever.
          _ = alarm(20)
          for _ in 0..<10 {
            let code = Self.useHandles(&settings)
            if code != 0 { _exit(code) }
          }
          _exit(Int(secagg_averaging_free(inherited.value)) == SECAGG_OK ? 0 : 4)
        }
        try #require(child > 0)
        var status: Int32 = -1
        #expect(waitpid(child, &status, 0) == child)
        #expect(status == 0, "a signal in the lowest bits, or what failed times 256")
        guard status == 0 else { return }
      }
    }
  }

  /// Threads that make and free handles until they are stopped.
  private final class Workers: Sendable {
    private let isStopped = Atomic(false)
    private let group = DispatchGroup()

    init(count: Int) {
      for _ in 0..<count {
        group.enter()
        Thread.detachNewThread { [self] in
          var settings = ExactAveraging.settings(cohortSize: 12)
          while !isStopped.load(ordering: .relaxed) {
            #expect(ForkTests.useHandles(&settings) == 0)
          }
          group.leave()
        }
      }
    }

    func stop() {
      isStopped.store(true, ordering: .relaxed)
      group.wait()
    }
  }
#endif
