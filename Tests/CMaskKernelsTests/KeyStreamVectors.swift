/// Pieces of key streams, by their SHA-256, from another implementation of the ciphers: OpenSSL.
///
/// Written by Scripts/make-key-stream-vectors.py.
struct KeyStreamVector: Sendable {
  /// Hexadecimal digits.
  let key: String
  /// The first word of the piece, and its length in words.
  let offset: UInt64
  let count: Int
  /// Of the words as little-endian bytes, hexadecimal digits.
  let digest: String

  /// Over the sign bit of the counter, and up to its last value.
  static let chacha20 = [
    KeyStreamVector(
      key: "33af2d020c4f12ed16192642eff3b527836282e5cc573d5be916c13cf2f1da3f",
      offset: 0, count: 1,
      digest: "305c58d5b2c8a28270914bebf752c1a2a091b0bf247969c0c4a7ec9f653602ea"),
    KeyStreamVector(
      key: "f6efcf3a9d625e1b938a864717f9d38c03b5e213ee723fe5b8d8381100b6fb35",
      offset: 0, count: 1024,
      digest: "2079bf69b7170bda95db712250541a2942e1bb2d294777bc4c2ffee997b6e1b0"),
    KeyStreamVector(
      key: "590d9ca4b5b871b0363bb4dff81e487d8b47b23931bb04458741907651f22605",
      offset: 1, count: 777,
      digest: "b6cc26e6b941c0a40e02df1aa05428157661fc2bce5c705d1df1576a968a4d69"),
    KeyStreamVector(
      key: "0b74f4a12497ea7893461d0ebc736a5dc37f57e23c7132fc073d3f68f8a84e54",
      offset: 7, count: 129,
      digest: "e4b589cfc2270d3f2681126212f8046f89c729ee6e33d4982bb48b0e11ebceda"),
    KeyStreamVector(
      key: "a8dfdd0c3e1df4416b7272bc573b845ea39f656d511b3ce0054db0098687d72c",
      offset: 13, count: 8192,
      digest: "4d1abec632fcae9f5b2c5d2d2110af60424967b968e97efa51de3b695db36092"),
    KeyStreamVector(
      key: "ef74e743d990cd5eb43f8f4c63e6e9be101d0646d1e13df74be2ab72e5f67516",
      offset: 1000, count: 65,
      digest: "2b3e0707fea0f939671a90c73366e87b584ee92e698f515c7223bbcde5fc1faf"),
    KeyStreamVector(
      key: "0fd253b915b3edf4c212568f955a7d6c3b2449d9149b1d9ce6d1add491df0472",
      offset: 17179869183, count: 2,
      digest: "21ab848cce2ab72327570e75aef602a843c7fd35e74fab0a3b64fad2391696c7"),
    KeyStreamVector(
      key: "27439074df51e638a20580b4c5f48554c7731fd3cd474f50e768486996a8805d",
      offset: 17179868883, count: 640,
      digest: "2788602f22b575d1b368f7400e0228fad9c662b0d3d0cdd55e7bfabe8b97d89b"),
    KeyStreamVector(
      key: "6d237a6396eaf2738b1f210cbcd36e322510037320d5bfe393aa80a5e8f6d6c6",
      offset: 17179869184, count: 320,
      digest: "50277bd1b4dc2b3b033cb0eaed2f4edb488e89aed3572dfbc74df2e5bf09d344"),
    KeyStreamVector(
      key: "d025c03f85c79ec47da5c24805582e24218470191dff7075f9878bf0dee92512",
      offset: 34359738367, count: 1,
      digest: "0546392c6f4c230f5cdb1f33d8a797c20c622ea083873ea425ed45730f1eb5ed"),
    KeyStreamVector(
      key: "c317d33bcf2555f290e2a96cbc86719d4a18e6f7fcb84ca32e1e7829cc7ea37f",
      offset: 34359737868, count: 500,
      digest: "371c78b853c3ac7d1295696d1636d2423e10f8cdadb6b85ad20c2a46fb0d866a"),
    KeyStreamVector(
      key: "6f5e13cdc81151c342764bdcaa7f381d795139d2ffc24e81708d05272b444a3a",
      offset: 34359730176, count: 8192,
      digest: "045f776229c8bb2773f09b1de946a59eb96de86ba4e0df5a480b8ee4cc77dc38"),
  ]

  /// Over the borders of 8, 32 and 40 bits of the counter, and up to the last word that is counted.
  static let aes256ctr = [
    KeyStreamVector(
      key: "de7a6c5519b17b0d82ccbf99f6c3dce02724afffe10038c58e236067b10c96db",
      offset: 0, count: 1,
      digest: "9eba2b9d32a94d1cf476d796ca4346110bbdfa33238692bab8246c99299c5959"),
    KeyStreamVector(
      key: "887cde78f2be2feceefe42a4b20342d590e8dc71777932cf95c9141505e9672e",
      offset: 0, count: 1024,
      digest: "ba0f3c76212f843c437249f4823c5ef8707bafc4c2be84fc8e74597164f5b0e6"),
    KeyStreamVector(
      key: "5ad888dfe681540b2f9e855c72aabf39e16ce56177a5f66536deadefb50acec8",
      offset: 1, count: 777,
      digest: "1224e43d3446d884beb4f6a4277260008a7ebe6263adb17e9ee5bb3b56b3a2d1"),
    KeyStreamVector(
      key: "5db18c33c414faf05c434ca7da03cd7ff29d4b88a65b57940f1af58245cb721f",
      offset: 7, count: 129,
      digest: "93d98a4e15cd40d3e9a6a518ffddc8eb1d8f3c274c33d47f50417a84832ab5fd"),
    KeyStreamVector(
      key: "80d8e5eb3445173db68644a7257389acb093f671519792c21ef5af60cd40ee30",
      offset: 13, count: 8192,
      digest: "b61877107e77abee8927679ece38d14dcf4dcc248cb6765336c47e5e09141ac8"),
    KeyStreamVector(
      key: "d6815d64a813680500285fbb48bd22e452121060b21195adc8d4346c9bc9aba3",
      offset: 1000, count: 65,
      digest: "4e9eaa0699f871c266b0a8554a352e6221530cf08203bcf4a93d6b8d4f6baa70"),
    KeyStreamVector(
      key: "567af80734543a0238997f3ad268bdbb976d91286f56bf41b68b80c3bd953e8c",
      offset: 511, count: 2,
      digest: "771620b7dedc08af1bdfc2445d113d49bb956b93d4457b80a70c8acabb77a25c"),
    KeyStreamVector(
      key: "e852d29b5726a6e51124e8e0ff50179643f45e388577b21f2dbff112de2c8cd5",
      offset: 211, count: 640,
      digest: "3a43bc438282846b4f0fe7c26ddaea9fbc073705760a45c86eb44d93bb88ba30"),
    KeyStreamVector(
      key: "7996f8ee2bd8dbf2219091155f08cf2e743d2b2658f4091ec797341ae9fb4f9b",
      offset: 512, count: 320,
      digest: "a3b1d07d22ccde218fc2a225f9dbb8885b694f8d0de9eec7197491f22ca63673"),
    KeyStreamVector(
      key: "1902ea0b1a9df1de082f32f35a18b188b26422d7c2acd4d3b84bd8372e1980fd",
      offset: 8589934591, count: 2,
      digest: "e8b6a57ae71bf4c5102072d709b36fcc0d9e7c14ab83352ea988172aa08f9fe5"),
    KeyStreamVector(
      key: "c90cdb1636d480c3654d69ea014c96688eeee5a0bbe6345b06219a493d78a086",
      offset: 8589934291, count: 640,
      digest: "74b7dbb5bc13b8d78ed271b84db3ce2408088b4aca5eece6077c28577aecf83b"),
    KeyStreamVector(
      key: "f37e65a3916384788fa02fcc78a50d9c71c9199c086bb086d2033a89cd7ee1bd",
      offset: 8589934592, count: 320,
      digest: "531d05905465517c19cb0b582de9f349610dafaf2b659b43444537d0fe19f5b3"),
    KeyStreamVector(
      key: "08ed37e4572d4809f8abb96ec71634577f9850b587fbf07e438a805d0f8c25c9",
      offset: 42949672959, count: 2,
      digest: "3a4d6d6b13e555d83e3823bb3e4190f2e6f6ef2acc3d341ec4c0a49bba649f4b"),
    KeyStreamVector(
      key: "ba80ade53e5c3314b8aab7927e3e7b4c9ac00b92c7ba28103fe026bd493ea12f",
      offset: 42949672659, count: 640,
      digest: "3ec6102e19472f489155fcc981b905727021ba4b1d0d527053231e5b9bc32796"),
    KeyStreamVector(
      key: "70858fabfa2c3090e208f6dc14373cb262f1847c809eb238717b1e3831ec1a4a",
      offset: 42949672960, count: 320,
      digest: "066b91e1db53b159c9c1e587364378fb69e351e277e0f7331a320b0c89757bb0"),
    KeyStreamVector(
      key: "f93c2f460ba5ec6b5eb3e053b01839cfd636353764cdc9e5deb453c52977a76b",
      offset: 2199023255551, count: 2,
      digest: "181afa41b45c74c3274a3fe7d9945b94071c86335e1404245d6f52e4c4fe68e2"),
    KeyStreamVector(
      key: "b83d6b3ce74fb0198fd268ea2903cd78cd052fed39ff78cd9c7de4ce08aa0c27",
      offset: 2199023255251, count: 640,
      digest: "74d8f2a291338460eeaa308529ad71f7b058ea9c56bcb2e36c837ac144b4f315"),
    KeyStreamVector(
      key: "e13597b6b5192a194702177683366e1f4d247581cb48fdaf1ce3ab00190fd82b",
      offset: 2199023255552, count: 320,
      digest: "28fd0facdab75d219465948acb3d97ab4d64515d6d05af2329629d6d5e6ca0b5"),
    KeyStreamVector(
      key: "fea79d2202dd4d455ea25c0b14fcad69ef385e1e83fe6ff466a5610cea5bb9d0",
      offset: 9223372036854775807, count: 2,
      digest: "1cdd04bd37ec8e0498ce6a00c48f50ce926363454d30726d43231ca5658cad03"),
    KeyStreamVector(
      key: "3b35174f33ccfc6bc157603ed5135ff7633b383eb3c685e915cb3bae6cd451e3",
      offset: 9223372036854775507, count: 640,
      digest: "c7ffc76adccdd08a6894c2b4055d5f01991d4cb2bfc010d6fe957152ce657266"),
    KeyStreamVector(
      key: "e32d9ad3bffa8fd81968041b824f22196f78ccc4151e4b1814ec9c988039382d",
      offset: 9223372036854775808, count: 320,
      digest: "39b3115d8dce07b1bf95598522f9216a7e8b99f6607fa793433f9ded67144887"),
    KeyStreamVector(
      key: "7249b0ea07b7e75177fe481ab1fac9a2d80c1002c491382b39ac0955a960faf7",
      offset: 18446744073709551615, count: 1,
      digest: "5aa053e0f5abf71f5f128286463d310d41f1c1d0dcfbe731d97aa1de3c6c8eb1"),
    KeyStreamVector(
      key: "b67e5e60938a6e7e2946e972dd1ce0c4452d1960c5fe4db16e98d0ea8d5381a6",
      offset: 18446744073709551116, count: 500,
      digest: "3e1f709db26de5a201cb9639d5adce42b11d1622117d4c8249347241185c153e"),
    KeyStreamVector(
      key: "2a626de4faf23ec65ae2e4eb6c6d532ec07b33438a04bd957e4f0d70f2d2cba7",
      offset: 18446744073709543424, count: 8192,
      digest: "6f28fe176b4fb143e01054560e0ecb1a0cbdec74c0405194f91d41c62fb62920"),
  ]
}
