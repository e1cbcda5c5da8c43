import CMaskKernels
import CSodium
import Testing

/// Every kernel against published vectors and against another implementation.
@Suite("Kernels, known answers")
struct KnownAnswerTests {
  @Test(
    "ChaCha20 is that of RFC 8439, appendix A.1", arguments: Kernel.chacha20,
    PublishedVector.chacha20)
  func publishedChaCha20(kernel: Kernel, vector: PublishedVector) {
    expect(kernel, toGive: vector, wordsPerBlock: 8)
  }

  @Test(
    "AES-256 is that of NIST's KeySbox answers", arguments: Kernel.aes256ctr,
    PublishedVector.aes256)
  func publishedAES(kernel: Kernel, vector: PublishedVector) {
    expect(kernel, toGive: vector, wordsPerBlock: 2)
  }

  @Test("ChaCha20 is OpenSSL's", arguments: Kernel.chacha20, KeyStreamVector.chacha20)
  func otherChaCha20(kernel: Kernel, vector: KeyStreamVector) {
    expect(kernel, toGive: vector)
  }

  @Test("AES-256-CTR is OpenSSL's", arguments: Kernel.aes256ctr, KeyStreamVector.aes256ctr)
  func otherAES(kernel: Kernel, vector: KeyStreamVector) {
    expect(kernel, toGive: vector)
  }

  private func expect(_ kernel: Kernel, toGive vector: PublishedVector, wordsPerBlock: Int) {
    let stream = kernel.stream(
      key: Octets.hex(vector.key), offset: vector.block * UInt64(wordsPerBlock),
      count: wordsPerBlock)
    #expect(Octets.littleEndian(stream) == Octets.hex(vector.stream))
  }

  private func expect(_ kernel: Kernel, toGive vector: KeyStreamVector) {
    let stream = Octets.littleEndian(
      kernel.stream(key: Octets.hex(vector.key), offset: vector.offset, count: vector.count))
    var digest = [UInt8](repeating: 0, count: crypto_hash_sha256_bytes())
    #expect(unsafe crypto_hash_sha256(&digest, stream, UInt64(stream.count)) == 0)
    #expect(digest == Octets.hex(vector.digest))
  }
}
