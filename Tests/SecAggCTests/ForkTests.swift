#if canImport(Glibc)
  import CSecAggABI
  import Foundation
  import Glibc
  import Synchronization
  import Testing

  /// Processes that fork, and use the library in their children.
  @Suite("Fork", .serialized)
  struct ForkTests {
    /// Makes and frees a handle; 0 if all went well.
    fileprivate static func useHandles(times: Int) -> Int32 {
      var settings = ExactFedAvg.settings(cohortSize: 12)
      for _ in 0..<times {
        var out: OpaquePointer?
        guard Int(secagg_fedavg_create(&settings, &out, nil)) == SECAGG_OK else { return 1 }
        var info = secagg_fedavg_info()
        info.struct_size = UInt32(MemoryLayout<secagg_fedavg_info>.size)
        guard Int(secagg_fedavg_get_info(out, &info, nil)) == SECAGG_OK else { return 2 }
        guard Int(secagg_fedavg_free(out)) == SECAGG_OK else { return 3 }
      }
      return 0
    }

    /// Runs `body` in a child, which ends with its result, and returns how the child ended: 0, the number of a signal,
    /// or the result times 256.
    private func inChild(_ body: () -> Int32) throws -> Int32 {
      // Swift does not offer fork, since most of what a child could do is not safe.
      let symbol = try #require(dlsym(nil, "fork"))
      let child = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)()
      if child == 0 {
        // Ends a child that waits for ever.
        _ = alarm(30)
        _exit(body())
      }
      try #require(child > 0)
      var status: Int32 = -1
      #expect(waitpid(child, &status, 0) == child)
      return status
    }

    /// Without the gate of `ForkGate.c`, one of the first children inherits a lock that none of its threads holds.
    @Test("a child can free handles and make new ones, whatever other threads did")
    func handles() throws {
      let inherited = try ExactFedAvg.handle(cohortSize: 12)
      #expect(Self.useHandles(times: 1) == 0)
      let workers = Workers(count: 3)
      defer { workers.stop() }
      for _ in 0..<200 {
        let status = try inChild {
          let result = Self.useHandles(times: 10)
          guard result == 0 else { return result }
          return Int(secagg_fedavg_free(inherited.value)) == SECAGG_OK ? 0 : 4
        }
        try #require(status == 0)
      }
    }

    /// With Swift's `Mutex`, the first child ends by a signal.
    @Test("threads of a child can use the library at once")
    func threads() throws {
      #expect(Self.useHandles(times: 1) == 0)
      for _ in 0..<5 {
        let status = try inChild {
          var thread = pthread_t()
          let failed = pthread_create(
            &thread, nil,
            { _ in
              let result = ForkTests.useHandles(times: 20_000)
              if result != 0 { _exit(result) }
              return nil
            }, nil)
          guard failed == 0 else { return 5 }
          let result = Self.useHandles(times: 20_000)
          return result == 0 ? pthread_join(thread, nil) : result
        }
        try #require(status == 0)
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
          while !isStopped.load(ordering: .relaxed) {
            #expect(ForkTests.useHandles(times: 10) == 0)
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
