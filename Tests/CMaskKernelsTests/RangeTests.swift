import CMaskKernels
import Testing

/// What holds for every kernel, every range and every alignment.
@Suite("Kernels, ranges")
struct RangeTests {
  @Test("adding in two parts gives what adding in one gives", arguments: Kernel.supported())
  func split(kernel: Kernel) {
    repeatedly(for: kernel) { generator, key, offset, count, comment in
      let start = Int(generator.next() % 9)
      let middle = start + Int(generator.next() % UInt64(count + 1))
      var once = generator.words(start + count + 9)
      var twice = once
      kernel.add(key: key, offset: offset, to: &once, in: start..<start + count)
      kernel.add(key: key, offset: offset, to: &twice, in: start..<middle)
      // At the end of all streams the second part can be empty and begin at 2^64.
      kernel.add(
        key: key, offset: offset &+ UInt64(middle - start), to: &twice, in: middle..<start + count)
      #expect(once == twice, "\(comment), split at \(middle - start)")
    }
  }

  @Test("the sum is word plus stream, and the words around it stay", arguments: Kernel.supported())
  func sum(kernel: Kernel) {
    repeatedly(for: kernel) { generator, key, offset, count, comment in
      let start = Int(generator.next() % 9)
      let before = generator.words(start + count + 9)
      let stream = kernel.stream(key: key, offset: offset, count: count)
      var expected = before
      for (place, word) in stream.enumerated() { expected[start + place] &+= word }
      var words = before
      kernel.add(key: key, offset: offset, to: &words, in: start..<start + count)
      #expect(words == expected, "\(comment)")
    }
  }

  @Test("subtracting undoes adding, and the words around it stay", arguments: Kernel.supported())
  func identity(kernel: Kernel) {
    repeatedly(for: kernel) { generator, key, offset, count, comment in
      let start = Int(generator.next() % 9)
      let before = generator.words(start + count + 9)
      var words = before
      kernel.add(key: key, offset: offset, to: &words, in: start..<start + count)
      #expect(count < 4 || words != before, "\(comment)")
      kernel.subtract(key: key, offset: offset, from: &words, in: start..<start + count)
      #expect(words == before, "\(comment)")
    }
  }

  @Test("all kernels of a cipher give the same stream", arguments: Kernel.supported())
  func agreement(kernel: Kernel) {
    repeatedly(for: kernel) { _, key, offset, count, comment in
      let stream = kernel.stream(key: key, offset: offset, count: count)
      for other in Kernel.supported(kernel.cipher) {
        #expect(
          other.stream(key: key, offset: offset, count: count) == stream,
          "\(comment), \(other.testDescription)")
      }
    }
  }

  @Test("every short range is a piece of one long stream", arguments: Kernel.supported())
  func shortRanges(kernel: Kernel) {
    let key = (0..<32).map { UInt8($0) }
    let stream = kernel.stream(key: key, offset: 0, count: 200)
    for offset in 0..<20 {
      for count in 0..<150 {
        let piece = kernel.stream(key: key, offset: UInt64(offset), count: count)
        #expect(piece == Array(stream[offset..<offset + count]), "offset \(offset), count \(count)")
      }
    }
  }

  /// Runs `body` with random keys, offsets and lengths, and a comment that repeats them.
  private func repeatedly(
    for kernel: Kernel,
    _ body: (inout SeededGenerator, _ key: [UInt8], _ offset: UInt64, _ count: Int, String) -> Void
  ) {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    for round in 0..<150 {
      let key = generator.key()
      let count = Int(generator.next() % (round % 10 == 0 ? 9000 : 400))
      let offset = generator.offset(for: kernel, count: count)
      body(&generator, key, offset, count, "seed \(seed), offset \(offset), count \(count)")
    }
  }
}
