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

    @Test("a destroyed table leaves nothing", arguments: UInt64(40)..<60)
    func table(seed: UInt64) throws {
      var generator = SimulationGenerator(seed: seed)
      let bytes = OctetString.random(count, &generator)
      let rowCount = count / Digest.byteCount
      var table = SecretTable(rowCount: rowCount)
      for row in 0..<rowCount {
        let start = Digest.byteCount * row
        table.setRow(
          row, to: SecretBytes(copying: Array(bytes[start..<start + Digest.byteCount])))
      }
      let place = table.withRow(0) { row in
        unsafe row.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
      }
      #expect(try remains(of: bytes, at: place) == 1, "the secret is where it is looked for")
      _ = consume table
      #expect(try remains(of: bytes, at: place) ?? 0 < 0.05, "seed \(seed)")
    }

    /// libsodium gives the pages back, so that there may be nothing at the address any more.
    @Test("destroyed guarded memory leaves nothing", arguments: UInt64(60)..<70)
    func guarded(seed: UInt64) throws {
      var generator = SimulationGenerator(seed: seed)
      let bytes = OctetString.random(count, &generator)
      let secret = try GuardedBytes(count: count) { secret in
        for index in secret.indices { secret[index] = bytes[index] }
      }
      let place = secret.withBytes { secret in
        unsafe secret.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
      }
      #expect(try remains(of: bytes, at: place) == 1, "the secret is where it is looked for")
      _ = consume secret
      #expect(try remains(of: bytes, at: place) ?? 0 < 0.05, "seed \(seed)")
    }

    @Test("memory is overwritten to its last byte", arguments: [0, 1, 7, 8, 4097])
    func wiped(count: Int) {
      var bytes = [UInt8](repeating: 0xff, count: count + 1)
      unsafe bytes.withUnsafeMutableBytes { unsafe Sodium.wipe(.init(rebasing: $0[..<count])) }
      #expect(bytes == [UInt8](repeating: 0, count: count) + [0xff])
    }
  }
#endif
