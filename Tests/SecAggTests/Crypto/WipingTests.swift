#if os(Linux)
  import FLMath
  import Glibc
  import Testing

  @testable import SecAgg

  /// Nothing is left of a secret in the memory that it had.
  ///
  /// The kernel reads the freed memory through `/proc/self/mem`: no access of this program to memory
  /// that is not its own, so that it cannot crash and sanitizers have nothing to object to. Other
  /// tests may have got the memory meanwhile, and the allocator writes to its beginning; so what is
  /// counted is how many bytes of the random secret are still in their places. Chance gives 1 in 256.
  @Suite("Wiping")
  struct WipingTests {
    private let count = 4096

    /// The share of bytes of `secret` that are found at `address`, or `nil` if nothing is there.
    private func remains(of secret: [UInt8], at address: UInt) throws -> Double? {
      let file = unsafe open("/proc/self/mem", O_RDONLY)
      try #require(file >= 0)
      defer { close(file) }
      var memory = [UInt8](repeating: 0, count: secret.count)
      let read = unsafe pread(file, &memory, memory.count, Int(address))
      guard read == memory.count else { return nil }
      return Double(zip(memory, secret).count { $0 == $1 }) / Double(secret.count)
    }

    private func address(of secret: borrowing SecretBytes) -> UInt {
      secret.withBytes { bytes in
        unsafe bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
      }
    }

    @Test("a destroyed secret leaves nothing", arguments: UInt64(0)..<20)
    func destroyed(seed: UInt64) throws {
      var generator = SimulationGenerator(seed: seed)
      let bytes = OctetString.random(count, &generator)
      let secret = SecretBytes(copying: bytes)
      let place = address(of: secret)
      #expect(try remains(of: bytes, at: place) == 1, "the secret is where it is looked for")
      _ = consume secret
      #expect(try remains(of: bytes, at: place) ?? 0 < 0.05, "seed \(seed)")
    }

    @Test("an overwritten secret leaves nothing", arguments: UInt64(20)..<40)
    func replaced(seed: UInt64) throws {
      var generator = SimulationGenerator(seed: seed)
      let bytes = OctetString.random(count, &generator)
      var secret = SecretBytes(copying: bytes)
      let place = address(of: secret)
      #expect(try remains(of: bytes, at: place) == 1)
      secret = SecretBytes(zeroed: 8)
      #expect(try remains(of: bytes, at: place) ?? 0 < 0.05, "seed \(seed)")
      #expect(secret.count == 8)
    }
  }
#endif
