import CMaskKernels
import CSodium
import Testing

/// Every kernel against libsodium, at random places of random streams.
@Suite("Kernels against libsodium")
struct LibsodiumTests {
  @Test("ChaCha20 is crypto_stream_chacha20_ietf_xor_ic", arguments: Kernel.chacha20)
  func chacha20(kernel: Kernel) {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let key = generator.key()
      let count = Int(generator.next() % 700)
      let offset = generator.offset(for: kernel, count: count)
      let skipped = Int(offset % 8)
      var bytes = [UInt8](repeating: 0, count: 8 * (skipped + count))
      let nonce = [UInt8](repeating: 0, count: 12)
      let zeros = bytes
      _ = unsafe crypto_stream_chacha20_ietf_xor_ic(
        &bytes, zeros, UInt64(bytes.count), nonce, UInt32(truncatingIfNeeded: offset / 8), key)
      #expect(
        Octets.littleEndian(kernel.stream(key: key, offset: offset, count: count))
          == Array(bytes[(8 * skipped)...]),
        "seed \(seed), offset \(offset), count \(count)")
    }
  }

  /// The counter blocks of AES-256-GCM are nonce || 2, nonce || 3, ... (NIST SP 800-38D, section
  /// 7.1): ours from block 2^32 h + 2 on, for a nonce that is the number h in 96 bits.
  @Test(
    "AES-256-CTR is what encrypts in crypto_aead_aes256gcm_encrypt",
    .enabled(
      if: sodium_init() >= 0 && crypto_aead_aes256gcm_is_available() == 1,
      "libsodium has no AES here"),
    arguments: Kernel.aes256ctr)
  func aes(kernel: Kernel) {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let key = generator.key()
      let count = Int(generator.next() % 700)
      let skipped = Int(generator.next() % 100)
      let upper = generator.next() % (1 << 31)
      let nonce = [UInt8](repeating: 0, count: 4) + Octets.littleEndian([upper]).reversed()
      let zeros = [UInt8](repeating: 0, count: 8 * (skipped + count))
      var bytes = [UInt8](repeating: 0, count: zeros.count + crypto_aead_aes256gcm_abytes())
      var length: UInt64 = 0
      _ = unsafe crypto_aead_aes256gcm_encrypt(
        &bytes, &length, zeros, UInt64(zeros.count), nil, 0, nil, nonce, key)
      let offset = 2 * (upper << 32 + 2) + UInt64(skipped)
      #expect(
        Octets.littleEndian(kernel.stream(key: key, offset: offset, count: count))
          == Array(bytes[(8 * skipped)..<zeros.count]),
        "seed \(seed), offset \(offset), count \(count)")
    }
  }
}
