import CMaskKernels
import Testing

/// Which kernel runs where.
@Suite("Kernels, selection")
struct SelectionTests {
  @Test("ChaCha20 runs everywhere")
  func chacha20() {
    let portable = SECAGG_MASK_KERNEL_CHACHA20_PORTABLE
    #expect(secagg_mask_kernel_is_supported(portable))
    #expect(secagg_mask_kernel_best(SECAGG_MASK_CIPHER_CHACHA20) != SECAGG_MASK_KERNEL_NONE)
  }

  @Test(
    "the best kernel is the first supported one of its cipher, or none",
    arguments: [SECAGG_MASK_CIPHER_CHACHA20.rawValue, SECAGG_MASK_CIPHER_AES256CTR.rawValue])
  func best(cipher: UInt32) {
    let cipher = secagg_mask_cipher(rawValue: cipher)
    #expect(
      secagg_mask_kernel_best(cipher)
        == Kernel.supported(cipher).first?.value ?? SECAGG_MASK_KERNEL_NONE)
  }

  @Test("the names are distinct, and every kernel has a cipher")
  func names() {
    let kernels = (1...secagg_mask_kernel_count()).map {
      Kernel(value: secagg_mask_kernel(rawValue: $0))
    }
    #expect(Set(kernels.map(\.testDescription)).count == kernels.count)
    #expect(
      kernels.allSatisfy {
        [SECAGG_MASK_CIPHER_CHACHA20, SECAGG_MASK_CIPHER_AES256CTR].contains($0.cipher)
      })
  }

  @Test("values that are no kernel are not supported")
  func noKernel() {
    let beyond = secagg_mask_kernel(rawValue: secagg_mask_kernel_count() + 1)
    for kernel in [SECAGG_MASK_KERNEL_NONE, beyond, secagg_mask_kernel(rawValue: .max)] {
      #expect(!secagg_mask_kernel_is_supported(kernel))
      #expect(unsafe String(cString: secagg_mask_kernel_name(kernel)) == "none")
    }
    #expect(secagg_mask_kernel_best(secagg_mask_cipher(rawValue: 3)) == SECAGG_MASK_KERNEL_NONE)
  }
}
