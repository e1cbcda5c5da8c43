import CSodium
import Testing

/// The primitive behind the checksum of messages.
@Suite("Poly1305")
struct Poly1305Tests {
  @Test("RFC 8439, section 2.5.2")
  func standard() {
    let key = OctetString.hex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b")
    let message = Array("Cryptographic Forum Research Group".utf8)
    var tag = [UInt8](repeating: 0, count: 16)
    _ = unsafe crypto_onetimeauth(&tag, message, UInt64(message.count), key)
    #expect(tag == OctetString.hex("a8061dc1305136c6c22b8baf0c0127a9"))
  }
}
